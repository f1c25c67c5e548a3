using Weir.Controller.Storage;
using Weir.Engine.Storage;

namespace Weir.Cli.Commands.State;

/// <summary>Turns what stands against a move into a message.</summary>
internal static class StateCall
{
    public static async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception refused) when (refused is DataDirectoryException or StoreUnavailableException)
        {
            throw new CliException(ExitCodes.Error, refused.Message, refused);
        }
    }
}
