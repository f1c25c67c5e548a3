using System.Globalization;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

/// <summary>A user of this machine that a test makes and removes, with the rights of one more group.</summary>
internal sealed class OtherUser : IAsyncDisposable
{
    private const string Name = "weir-test";

    private OtherUser(int id) => Id = id;

    public int Id { get; }

    /// <summary>Skips the test where users cannot be made.</summary>
    public static async Task<OtherUser> MakeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root makes users");
        await HostProgram.RunAsync("userdel", Name);
        Assert.SkipUnless(
            (await HostProgram.RunAsync("useradd", "--no-create-home", "--user-group", Name)).Code == 0,
            "there is no useradd");
        var id = (await HostProgram.RunAsync("id", "-u", Name)).Output;
        return new OtherUser(int.Parse(id, CultureInfo.InvariantCulture));
    }

    /// <summary>How to start a program as this user, with the group of a file besides its own.</summary>
    public async Task<IReadOnlyList<string>> PrefixAsync(string file)
    {
        var group = (await HostProgram.RunAsync("stat", "-c", "%g", file)).Output;
        var id = Id.ToString(CultureInfo.InvariantCulture);
        return ["setpriv", $"--reuid={id}", $"--regid={id}", $"--groups={group}", "--inh-caps=-all", "--"];
    }

    public async ValueTask DisposeAsync() => await HostProgram.RunAsync("userdel", Name);
}
