using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Runtimes.Docker.Api;

/// <summary>
/// A program <c>docker-credential-NAME</c>, which keeps credentials for the user's Docker client: it is told the server
/// on its standard input and answers with JSON.
/// </summary>
internal static class CredentialProgram
{
    private const int MaxAnswer = 64 * 1024;
    private const string TokenName = "<token>";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Null when it has none, is not there, or does not answer in time.</summary>
    /// <param name="name">As the user's config names it.</param>
    /// <param name="server">As the config or the client names the registry.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    public static async Task<Credentials?> GetAsync(string name, string server, CancellationToken cancellationToken)
    {
        if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')) return null;
        using var late = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return Read(await AskAsync($"docker-credential-{name}", server, either.Token), server);
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or JsonException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<string?> AskAsync(string program, string server, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, ["get"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var helper = System.Diagnostics.Process.Start(start)!;
        try
        {
            await TellAsync(helper.StandardInput, server, cancellationToken);
            var answer = new char[MaxAnswer];
            var length = await helper.StandardOutput.ReadBlockAsync(answer.AsMemory(), cancellationToken);
            await helper.WaitForExitAsync(cancellationToken);
            return helper.ExitCode == 0 ? new string(answer, 0, length) : null;
        }
        finally
        {
            if (!helper.HasExited) helper.Kill(entireProcessTree: true);
        }
    }

    private static async Task TellAsync(StreamWriter input, string server, CancellationToken cancellationToken)
    {
        try
        {
            await input.WriteLineAsync(server.AsMemory(), cancellationToken);
            input.Close();
        }
        catch (IOException)
        {
            // it needs not be told which, and answers all the same
        }
    }

    private static Credentials? Read(string? answer, string server)
    {
        if (answer is null || JsonSerializer.Deserialize(answer, ProgramJson.Default.ProgramAnswer) is not { } found
            || found.Secret is not { Length: > 0 } secret) return null;
        return found.Username == TokenName
            ? new Credentials { IdentityToken = secret, ServerAddress = server }
            : new Credentials { Username = found.Username, Password = secret, ServerAddress = server };
    }
}

internal sealed record ProgramAnswer(string? Username, string? Secret);

[JsonSerializable(typeof(ProgramAnswer))]
internal sealed partial class ProgramJson : JsonSerializerContext;
