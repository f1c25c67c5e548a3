using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Weir.Tests.EndToEnd.Network;

/// <summary>
/// Hosts as network namespaces around a router: controllers on networks of their own, and agents which all have the
/// same private address, each behind a router with NAT that delays and drops packets. Nothing of it touches the
/// machine's own network.
/// </summary>
internal sealed partial class TestNetwork : IAsyncDisposable
{
    private const int NewNetwork = 0x4000_0000;

    private const string Script =
        """
        set -eu
        id=$1 controllers=$2 agents=$3
        ns() { ip netns add "$id-$1"; ip -n "$id-$1" link set lo up; }
        # joins two hosts: name, address and far name, far address; the link is called after the other end
        join() {
            ip -n "$id-$1" link add "$3" type veth peer name "$1" netns "$id-$3"
            ip -n "$id-$1" addr add "$2/24" dev "$3"; ip -n "$id-$1" link set "$3" up
            ip -n "$id-$3" addr add "$4/24" dev "$1"; ip -n "$id-$3" link set "$1" up
        }
        router() { nsenter --net="/var/run/netns/$id-$1" sysctl -qw net.ipv4.ip_forward=1; }
        ns core; router core
        ns people; join people 10.77.200.2 core 10.77.200.1; ip -n "$id-people" route add default via 10.77.200.1
        i=0; while [ $i -lt "$controllers" ]; do
            ns c$i; join c$i 10.77.$i.2 core 10.77.$i.1; ip -n "$id-c$i" route add default via 10.77.$i.1
            i=$((i + 1))
        done
        i=0; while [ $i -lt "$agents" ]; do
            ns n$i; router n$i; join n$i 10.77.1$i.2 core 10.77.1$i.1; ip -n "$id-n$i" route add default via 10.77.1$i.1
            ns a$i; join a$i 192.168.7.2 n$i 192.168.7.1; ip -n "$id-a$i" route add default via 192.168.7.1
            in="nsenter --net=/var/run/netns/$id-n$i"
            $in iptables -t nat -A POSTROUTING -o core -j MASQUERADE
            # a kernel without netem delays by a narrow line and drops by the filter
            if $in tc qdisc add dev core root netem delay 15ms 5ms loss 2% 2> /dev/null; then
                $in tc qdisc add dev a$i root netem delay 15ms 5ms loss 2%; how=netem
            else
                $in tc qdisc add dev core root tbf rate 4mbit burst 16kbit latency 300ms
                $in iptables -A FORWARD -m statistic --mode random --probability 0.02 -j DROP; how=tbf
            fi
            i=$((i + 1))
        done
        echo "$how"
        """;

    private readonly string _id = $"weir{Environment.ProcessId}";

    private TestNetwork()
    {
    }

    /// <summary>How packets are troubled: by <c>netem</c>, or by <c>tbf</c> and a filter where there is none.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>Null when there can be such networks here; else why tests of them are skipped.</summary>
    public static async Task<string?> MissingAsync()
    {
        if (!Environment.IsPrivilegedProcess) return "only root makes network namespaces";
        var probe = $"weir{Environment.ProcessId}-probe";
        var said = await ShellAsync(
            """
            for command in ip tc iptables nsenter sysctl; do
                command -v $command > /dev/null || { echo "$command is not installed"; exit; }
            done
            ip netns add "$1" 2>&1 || exit
            nsenter --net="/var/run/netns/$1" iptables -t nat -A POSTROUTING -j MASQUERADE 2>&1 || true
            ip netns del "$1"
            """,
            probe);
        return said.Length == 0 ? null : said;
    }

    public static async Task<TestNetwork> MakeAsync(int controllers, int agents)
    {
        var network = new TestNetwork();
        network.Trouble = (
            await ShellAsync(Script, network._id, Number(controllers), Number(agents))).Split('\n').Last();
        return network;
    }

    public static string AddressOf(int controller) => $"10.77.{Number(controller)}.2";

    /// <summary>The words that make a command one of that host: <c>c0</c> a controller, <c>a0</c> an agent.</summary>
    public string[] On(string host) => ["nsenter", $"--net=/var/run/netns/{_id}-{host}"];

    /// <summary>The agent's router loses its line: no packet comes or goes, and nobody is told.</summary>
    public Task CutAsync(int agent) => ShellAsync("ip -n \"$1\" link set core down", $"{_id}-n{Number(agent)}");

    public Task MendAsync(int agent) => ShellAsync(
        "ip -n \"$1\" link set core up; ip -n \"$1\" route replace default via \"$2\"", $"{_id}-n{Number(agent)}",
        $"10.77.1{Number(agent)}.1");

    /// <summary>Speaks HTTP as a host of people does, though this process is none.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = OpenSocket($"/var/run/netns/{_id}-people");
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    public async ValueTask DisposeAsync() => await ShellAsync(
        """for ns in $(ip netns list | cut -d' ' -f1); do case $ns in "$1"-*) ip netns del "$ns" ;; esac; done""", _id);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A socket belongs to the network of the thread that made it; the thread is of no other use.</summary>
    private static Socket OpenSocket(string network)
    {
        Socket? socket = null;
        var thread = new Thread(() =>
        {
            using var file = File.OpenHandle(network);
            if (setns(file, NewNetwork) != 0) return;
            socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new IOException($"cannot enter {network}");
    }

    private static async Task<string> ShellAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, "sh", .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var shell = Process.Start(start)!;
        var error = shell.StandardError.ReadToEndAsync();
        var said = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return shell.ExitCode == 0 ? said.Trim() : throw new IOException($"{said}{await error}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(SafeHandle file, int kind);
}
