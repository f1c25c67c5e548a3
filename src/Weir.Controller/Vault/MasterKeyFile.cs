using System.Security.Cryptography;
using Weir.Controller.Hosting;
using Weir.Engine.Vault;

namespace Weir.Controller.Vault;

/// <summary>
/// The master keys: from where the config says, else from <c>vault.key</c> in the data folder, or in the folder that
/// several controllers share. It is written at the first start, readable by its owner only.
/// </summary>
internal static class MasterKeyFile
{
    public const string FileName = "vault.key";

    /// <exception cref="ControllerStartException">The keys cannot be read, or the text is none.</exception>
    public static MasterKeys Open(VaultOptions options, string dataFolder)
    {
        var origin = options.Key ?? new SecretOrigin(true, Path.Combine(dataFolder, FileName));
        try
        {
            if (options.Key is null && !File.Exists(origin.Name)) Write(origin.Name);
            return new MasterKeys(() => Read(origin, options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            var place = origin.IsFile ? origin.Name : $"the environment variable {origin.Name}";
            throw new ControllerStartException($"the master keys of the vault in {place}: {e.Message}", e);
        }
    }

    private static string Read(SecretOrigin origin, VaultOptions options) => origin.IsFile
        ? File.ReadAllText(origin.Name)
        : options.Environment.GetValueOrDefault(origin.Name) ?? throw new FormatException("it is not set");

    // Another controller may write it at the same time: the first to give it its name wins.
    private static void Write(string path)
    {
        var draft = $"{path}.{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8)}";
        WriteDraft(draft);
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }

    private static void WriteDraft(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.WriteLine(MasterKeys.NewKey());
        file.Flush();
        // what is sealed with it is durable, so it must be too
        ((FileStream)file.BaseStream).Flush(flushToDisk: true);
    }
}
