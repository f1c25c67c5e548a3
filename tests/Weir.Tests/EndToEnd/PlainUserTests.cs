using Weir.Testing;
using Weir.Tests.Runtimes.Docker;

namespace Weir.Tests.EndToEnd;

/// <summary>An agent that is not root, and may use an engine that is.</summary>
public sealed class PlainUserTests
{
    [Fact]
    public async Task Steps_in_containers_belong_to_the_agents_user_who_can_remove_all_they_leave()
    {
        TestEngine.SkipWithout();
        await using var user = await OtherUser.MakeAsync();
        await using var weir = new WeirProcess();
        var socket = await ShowAsync(TestEngine.Socket, Path.Combine(weir.Folder, "engine.sock"), isFolder: false);
        var programs = await ShowAsync(AppContext.BaseDirectory, Path.Combine(weir.Folder, "bin"), isFolder: true);
        try
        {
            var prefix = await user.PrefixAsync(socket);
            var may = await HostProgram.RunAsync(prefix[0], [.. prefix.Skip(1), "test", "-w", socket]);
            Assert.SkipUnless(may.Code == 0, "the engine's socket is open to root only, whatever the group");
            weir.RunAs(prefix, Path.Combine(programs, "weir"));
            weir.Environment["DOCKER_HOST"] = $"unix://{socket}";
            weir.Write("f.yml", $$"""
                name: plain
                image: {{TestEngine.Image}}
                steps:
                  - name: one
                    commands: ['id -u; mkdir -p d/closed; echo x > d/file; touch d/closed/in; chmod 500 d/closed']
                    artifacts: [{ name: files, path: d/ }]
                  - { name: two, commands: ['stat -c %u d/file; echo y >> d/file; cat d/file'] }
                  - name: other
                    needs: [one]
                    resources: [{ name: files, path: got }]
                    commands: ['cat got/file d/file; grep CapEff /proc/self/status']
                """);
            await HostProgram.RunAsync("chown", $"{user.Id}:{user.Id}", weir.Folder);
            await weir.UpAsync();
            Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "f.yml")).Code);
            var watched = await weir.RunAsync("run", "watch", "plain#1", "--exit-status", "--timeout", "100s");
            Assert.True(watched.Code == 0, watched.Output + watched.Error);

            Assert.Equal($"{user.Id}\n", (await weir.RunAsync("run", "logs", "plain#1", "one")).Output);
            Assert.Equal($"{user.Id}\nx\ny\n", (await weir.RunAsync("run", "logs", "plain#1", "two")).Output);
            Assert.Equal(
                "x\nx\nCapEff:\t0000000000000000\n",
                (await weir.RunAsync("run", "logs", "plain#1", "other")).Output);
            Assert.Equal(0, (await weir.RunAsync("down")).Code);
            Assert.Equal(["one-1"], LeftIn(weir));
            var owners = await HostProgram.RunAsync("find", weir.Data, "!", "-uid", $"{user.Id}");
            Assert.Equal("", owners.Output);
        }
        finally
        {
            await weir.RunAsync("down");
            await HostProgram.RunAsync("umount", "-l", socket);
            await HostProgram.RunAsync("umount", "-l", programs);
        }
    }

    // Where tests and engine are, other users may not pass; what is mounted elsewhere keeps only its own mode.
    private static async Task<string> ShowAsync(string from, string target, bool isFolder)
    {
        if (isFolder) Directory.CreateDirectory(target);
        else await File.WriteAllTextAsync(target, "");
        Assert.Equal(0, (await HostProgram.RunAsync("mount", "--bind", from, target)).Code);
        if (isFolder) Assert.Equal(0, (await HostProgram.RunAsync("mount", "-o", "remount,bind,ro", target)).Code);
        return target;
    }

    private static IEnumerable<string?> LeftIn(WeirProcess weir) =>
        Directory.EnumerateDirectories(weir.Data, "work", SearchOption.AllDirectories)
            .SelectMany(Directory.EnumerateDirectories).SelectMany(Directory.EnumerateDirectories)
            .Select(Path.GetFileName);
}
