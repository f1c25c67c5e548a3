using Weir.Tests.Tidy;

namespace Weir.Tests.EndToEnd;

/// <summary>The pages in a real browser, over a real controller and agent; pictures are left in artifacts/ui.</summary>
public sealed class BrowserTests
{
    private const string Flow = """
        name: release
        description: Build, test and pack what was checked out.
        runtime: process
        params:
          target: { type: choice, choices: [debug, release], default: release, description: What to build. }
          jobs: { type: number, default: 2 }
        steps:
          - name: build
            commands: ['printf "\033[36mcompiling\033[0m weir.core\n"; sleep 0.4', 'for i in 1 2 3 4 5 6; do printf "\033[32mok\033[0m   unit $i\n"; done', 'mkdir out && echo built > out/app']
            artifacts: [{ name: app, path: out/ }]
          - { name: lint, needs: [], commands: ['echo no findings'] }
          - { name: unit, needs: [build], commands: ['sleep 0.3; echo 128 passed'] }
          - { name: system, needs: [build], allow_failure: true, commands: ['echo starting >&2', 'printf "\033[31mtimeout\033[0m after 3 tries\n"; exit 3'] }
          - { name: gate, needs: [unit, system, lint], commands: ['until [ -e "$GATE" ]; do sleep 0.05; done', 'echo "open <b>and</b> shut"'], env: { GATE: "${{ params.gate }}" } }
        """;

    [Fact]
    public async Task A_run_is_started_watched_and_read_in_a_browser()
    {
        Assert.SkipUnless(Chromium.IsInstalled, "chromium is not installed (eng/install-test-needs installs it)");
        await using var weir = new WeirProcess();
        var gate = System.IO.Path.Combine(weir.OpenFolder("gates"), "open");
        weir.Write("release.yml", Flow.Replace("jobs: {", $"gate: {{ default: '{gate}' }}\n  jobs: {{", StringComparison.Ordinal));
        weir.Write("bad.yml", "name: nightly\nruntime: process\nsteps: [{ name: sync, commands: ['echo no route to mirror >&2; exit 7'] }]\n");
        var up = await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("flow", "create", "--file", "release.yml")).Code);
        Assert.Equal(0, (await weir.RunAsync("flow", "create", "--file", "bad.yml")).Code);
        Assert.Equal(3, (await weir.RunAsync("run", "start", "nightly", "--exit-status")).Code);
        await using var browser = await Chromium.StartAsync();
        var root = new Uri(up.Address);

        await browser.LookAsync(1280, 860, "light");
        await browser.GoAsync(new Uri(root, "/ui/sign-in"));
        await ShootAsync(browser, "sign-in");
        var token = (await File.ReadAllTextAsync(System.IO.Path.Combine(weir.Data, "admin.token"))).Trim();
        await browser.EvaluateAsync($"document.getElementById('token').value = '{token}'");
        await browser.ClickAsync("button.primary");
        await browser.HoldsAsync("location.pathname === '/ui/ns/default' && document.readyState === 'complete'");

        await browser.GoAsync(new Uri(root, "/ui/ns/default/flows/release"));
        await browser.ClickAsync("main button.primary");
        await browser.HoldsAsync("location.pathname.startsWith('/ui/ns/default/runs/') && document.readyState === 'complete'");
        await browser.HoldsAsync("document.querySelector('#step-4 .status.running') && document.querySelector('#step-3 .failed')");
        await ShootAsync(browser, "run-live");
        var run = (string)(await browser.EvaluateAsync("location.pathname"))!;
        await browser.GoAsync(new Uri(root, "/ui/ns/default"));
        await ShootAsync(browser, "overview");
        await browser.GoAsync(new Uri(root, run + "/steps/gate/log"));
        await File.WriteAllTextAsync(gate, "");

        await browser.HoldsAsync("document.querySelector('.log .line')?.textContent.includes('open <b>and</b> shut')");
        await browser.HoldsAsync("document.querySelector('#head .status.success')");
        await ShootPagesAsync(browser, root, run);
    }

    private static async Task ShootPagesAsync(Chromium browser, Uri root, string run)
    {
        (string Name, string Path)[] pages =
        [
            ("run", run), ("log", run + "/steps/build/log"), ("log-failed", run + "/steps/system/log"),
            ("runs", "/ui/ns/default/runs"), ("flows", "/ui/ns/default/flows"), ("flow", "/ui/ns/default/flows/release"),
            ("data", "/ui/ns/default/nodes"), ("agents", "/ui/agents"),
        ];
        foreach (var (name, path) in pages)
        {
            await browser.GoAsync(new Uri(root, path));
            await ShootAsync(browser, name);
            Assert.True(
                (bool?)await browser.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"),
                $"{path} is wider than a phone");
        }

        await browser.ClickAsync("header nav a:nth-child(4)");
        await browser.HoldsAsync("location.pathname.endsWith('/nodes') && document.querySelector('#nodes a')");
        await browser.ClickAsync("#nodes a");
        await browser.HoldsAsync("document.querySelector('#children') && document.readyState === 'complete'");
        await ShootAsync(browser, "node");
    }

    /// <summary>In the light, in the dark and on a phone, which it is left as.</summary>
    private static async Task ShootAsync(Chromium browser, string name)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(SourceTree.Root, "artifacts", "ui")).FullName;
        foreach (var (look, width, theme) in new[] { ("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light") })
        {
            await browser.LookAsync(width, 860, theme);
            await browser.ShootAsync(System.IO.Path.Combine(folder, $"{name}-{look}.png"));
        }
    }
}
