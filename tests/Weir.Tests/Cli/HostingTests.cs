using Weir.Cli.Hosting;

namespace Weir.Tests.Cli;

public sealed class HostingTests
{
    [Fact]
    public void A_process_is_told_apart_from_a_later_one_of_its_number()
    {
        var start = ProcessTable.StartOf(Environment.ProcessId);
        Assert.NotNull(start);
        Assert.True(ProcessTable.IsAlive(Environment.ProcessId, start.Value));
        Assert.False(ProcessTable.IsAlive(Environment.ProcessId, start.Value + 1));
        Assert.Null(ProcessTable.StartOf(int.MaxValue));
    }

    [Fact]
    public void A_pid_file_counts_only_while_its_process_lives()
    {
        var folder = Directory.CreateTempSubdirectory("weir-pid-").FullName;
        try
        {
            Assert.Null(PidFile.ReadAlive(folder));
            var file = PidFile.Write(folder, "http://x");
            Assert.Equal(file, PidFile.ReadAlive(folder));
            var other = $$"""{"process":{{file.Process}},"start":{{file.Start - 1}},"address":"http://x"}""";
            File.WriteAllText(PidFile.PathIn(folder), other);
            Assert.Null(PidFile.ReadAlive(folder));
            PidFile.Write(folder, "http://x").Remove(folder);
            Assert.False(File.Exists(PidFile.PathIn(folder)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Stopping_what_does_not_run_is_no_failure()
    {
        using var bench = new CliBench();
        var result = await bench.RunAsync("down", "--data-dir", bench.Folder);
        Assert.Equal(0, result.Code);
        Assert.Contains("nothing serves", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_says_what_to_run_for_what_is_missing()
    {
        using var bench = new CliBench();
        bench.Variables["PATH"] = bench.Folder;
        bench.Write("git", "");
        var result = await bench.RunAsync("doctor", "--local", "--data-dir", bench.Folder);
        Assert.Equal(1, result.Code);
        Assert.Contains($"ok    git           {bench.Folder}/git\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("fail  sh            not in PATH", result.Output, StringComparison.Ordinal);
        Assert.Contains("run: apt-get install -y util-linux", result.Output, StringComparison.Ordinal);
    }
}
