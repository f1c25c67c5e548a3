namespace Weir.Cli.Connecting;

/// <summary>Where the controller is and how to speak to it: flags beat variables, variables beat the context.</summary>
internal sealed record Endpoint(IReadOnlyList<Uri> Addresses, string? Token, string? Namespace)
{
    public const string Default = "http://127.0.0.1:1456";

    /// <summary>The first; the others are asked when it is away.</summary>
    public Uri Address => Addresses[0];

    public static Endpoint Of(Invocation invocation)
    {
        var host = invocation.Host;
        var named = invocation.Value(invocation.Options.Context) ?? host.Setting("WEIR_CONTEXT");
        var context = Find(ContextFile.Load(host), named);
        var asked = invocation.Value(invocation.Options.Address) ?? (named is null ? host.Setting("WEIR_ADDR") : null);
        var addresses = ParseAll(asked ?? context?.Url ?? Default);
        var token = invocation.Value(invocation.Options.Token)
            ?? (named is null ? host.Setting("WEIR_TOKEN") : null)
            ?? TokenFor(context, addresses);
        var @namespace = invocation.Value(
            invocation.Options.Namespace) ?? host.Setting("WEIR_NAMESPACE") ?? context?.Namespace;
        return new Endpoint(addresses, token, @namespace);
    }

    /// <summary>One address, or several of one system with commas between them.</summary>
    public static IReadOnlyList<Uri> ParseAll(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(Parse)];

    public static Uri Parse(string text)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(full, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw CliException.Usage($"'{text}' is no address of a controller; expected something like {Default}");
    }

    /// <summary>The address as people write it.</summary>
    public static string Show(Uri address) => address.ToString().TrimEnd('/');

    private static ControllerContext? Find(ContextFile file, string? named)
    {
        var name = named ?? file.Current ?? ContextFile.Local;
        if (file.Contexts.TryGetValue(name, out var context)) return context;
        return named is null
            ? null
            : throw CliException.Usage($"there is no context '{named}'; `weir context list` shows them");
    }

    // a context's token goes to that context's controllers and to nobody else
    private static string? TokenFor(ControllerContext? context, IReadOnlyList<Uri> addresses) =>
        context is not null && !addresses.Except(ParseAll(context.Url)).Any() ? context.Token : null;
}
