using Weir.Cli.Connecting;

namespace Weir.Cli.Hosting;

/// <summary>Makes a controller of this machine known to its user.</summary>
internal static class LocalContext
{
    public static void Remember(CliHost host, Uri address, string token)
    {
        try
        {
            ContextFile.Load(host).With(
                ContextFile.Local, new ControllerContext(Endpoint.Show(address)) { Token = token }).Save(host);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            host.Error.WriteLine($"weir: the context '{ContextFile.Local}' was not written: {refused.Message}");
        }
    }
}
