namespace Weir.Cli.Connecting;

/// <summary>Where the controller is and how to speak to it: flags beat variables, variables beat the context.</summary>
internal sealed record Endpoint(Uri Address, string? Token, string? Namespace)
{
    public const string Default = "http://127.0.0.1:1456";

    public static Endpoint Of(Invocation invocation)
    {
        var host = invocation.Host;
        var named = invocation.Value(invocation.Options.Context) ?? host.Setting("WEIR_CONTEXT");
        var context = Find(ContextFile.Load(host), named);
        var asked = invocation.Value(invocation.Options.Address) ?? (named is null ? host.Setting("WEIR_ADDR") : null);
        var address = Parse(asked ?? context?.Url ?? Default);
        var token = invocation.Value(invocation.Options.Token)
            ?? (named is null ? host.Setting("WEIR_TOKEN") : null)
            ?? TokenFor(context, address);
        var @namespace = invocation.Value(
            invocation.Options.Namespace) ?? host.Setting("WEIR_NAMESPACE") ?? context?.Namespace;
        return new Endpoint(address, token, @namespace);
    }

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

    // a context's token goes to that context's controller and to nobody else
    private static string? TokenFor(ControllerContext? context, Uri address) =>
        context is not null && Parse(context.Url) == address ? context.Token : null;
}
