using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Weir.Cli.Help;

/// <summary>What <c>--version</c> does.</summary>
internal sealed class VersionPrinter(CliHost host) : SynchronousCommandLineAction
{
    public static string Version { get; } = typeof(VersionPrinter).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Without the commit it was built from.</summary>
    public static string Short { get; } = Version.Split('+')[0];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        host.Output.WriteLine(Version);
        return ExitCodes.Ok;
    }
}
