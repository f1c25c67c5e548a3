using Weir.Runtimes.Docker;
using Weir.Runtimes.Docker.Api;
using Weir.Testing;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>What people are told of a pull, from the engine's lines.</summary>
public sealed class ImagePullTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _told = [];

    [Fact]
    public void Layers_and_bytes_are_summed_and_told_once_a_second()
    {
        var pull = new ImagePull("debian:12", _time);
        pull.Listen(_told.Add);
        pull.Report(new ProgressLine { Id = "12", Status = "Pulling from library/debian" });
        foreach (var id in (string[])["a", "b"]) pull.Report(new ProgressLine { Id = id, Status = "Pulling fs layer" });
        pull.Report(Downloading("a", 1, 2));
        Assert.Equal(["pulling image debian:12", "pulling image debian:12"], _told);

        _time.Advance(TimeSpan.FromSeconds(1));
        pull.Report(Downloading("b", 4, 8));
        pull.Report(new ProgressLine { Id = "a", Status = "Pull complete" });
        _time.Advance(TimeSpan.FromSeconds(1));
        pull.Report(new ProgressLine { Id = "b", Status = "Extracting" });
        Assert.Equal(
            [
                "pulling image debian:12: 0 of 2 layers, 5.0 of 10.0 MiB",
                "pulling image debian:12: 1 of 2 layers, 10.0 of 10.0 MiB",
            ],
            _told[2..]);
    }

    [Fact]
    public void Who_comes_later_is_told_where_it_stands()
    {
        var pull = new ImagePull("i", _time);
        pull.Report(Downloading("a", 1, 2));
        pull.Listen(_told.Add);
        Assert.Equal(["pulling image i: 0 of 1 layers, 1.0 of 2.0 MiB"], _told);
    }

    private static ProgressLine Downloading(string id, long mebibytes, long of) => new()
    {
        Id = id,
        Status = "Downloading",
        Detail = new ProgressDetail { Current = mebibytes << 20, Total = of << 20 },
    };
}
