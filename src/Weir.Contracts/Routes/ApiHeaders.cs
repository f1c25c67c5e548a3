namespace Weir.Contracts.Routes;

/// <summary>Headers of the API beyond the standard ones.</summary>
public static class ApiHeaders
{
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Of a range of logs: the attempt it is from.</summary>
    public const string LogAttempt = "Weir-Log-Attempt";

    /// <summary>Of a range of logs: <c>true</c> when nothing will follow.</summary>
    public const string LogComplete = "Weir-Log-Complete";

    /// <summary>Of a range of logs: the offset to ask for next.</summary>
    public const string LogNext = "Weir-Log-Next";
    public const string Mac = "Weir-Mac";
    public const string Namespace = "Weir-Namespace";
    public const string Protocol = "Weir-Protocol";
    public const string Session = "Weir-Session";
    public const string Signature = "Weir-Signature";

    /// <summary>Unix milliseconds.</summary>
    public const string Time = "Weir-Time";
}
