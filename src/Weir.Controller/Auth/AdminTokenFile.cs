using Weir.Contracts.Tokens;
using Weir.Engine.Agents;

namespace Weir.Controller.Auth;

/// <summary>
/// <c>&lt;data-dir&gt;/admin.token</c>: written at the first start, readable by its owner only. Its token works at
/// every start, also on a store that forgets; when it was revoked or the file removed, a new one is made.
/// </summary>
internal static class AdminTokenFile
{
    public const string FileName = "admin.token";
    private static readonly CreateTokenRequest Admin = new("admin", TokenRole.Admin);

    public static async Task<string> EnsureAsync(
        string dataFolder, TokenRegistry tokens, CancellationToken cancellationToken)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (File.Exists(path))
        {
            var known = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            if (SecretToken.IsPlausible(known)
                && await tokens.EnsureAsync(known, Admin, cancellationToken) is { Revoked: false })
                return known;
        }

        var token = SecretToken.Create();
        await WriteAsync(path, token, cancellationToken);
        await tokens.EnsureAsync(token, Admin, cancellationToken);
        return token;
    }

    private static async Task WriteAsync(string path, string token, CancellationToken cancellationToken)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new StreamWriter(path, options);
        await file.WriteLineAsync(token.AsMemory(), cancellationToken);
    }
}
