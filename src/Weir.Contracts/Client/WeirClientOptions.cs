namespace Weir.Contracts.Client;

public sealed record WeirClientOptions(Uri Address)
{
    public string? Token { get; init; }

    /// <summary>Sent with every request; null = the token's own (<c>default</c> for an admin).</summary>
    public string? Namespace { get; init; }

    /// <summary>Longest wait for an answer to begin; streams go on beyond it.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A live stream silent for longer is taken for dead; controllers send a heartbeat every 15 s.</summary>
    public TimeSpan Silence { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How long a broken live stream is dialled again before it fails.</summary>
    public TimeSpan ReconnectFor { get; set; } = TimeSpan.FromMinutes(5);
    public TimeProvider Time { get; set; } = TimeProvider.System;
    public Random Random { get; set; } = new();
}
