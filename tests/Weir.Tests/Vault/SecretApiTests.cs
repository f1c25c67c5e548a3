using System.Net;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Contracts.Secrets;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Controller.Vault;
using Weir.Engine.Storage;
using Weir.Engine.Vault;
using Weir.Testing;

namespace Weir.Tests.Vault;

public sealed class SecretApiTests
{
    private const string Definition =
        "{ name: use, steps: [{ name: use, secrets: [TOKEN], commands: [x], runtime: fake, outputs: [v] }] }";

    [Fact]
    public async Task A_secret_is_set_listed_changed_and_deleted_and_never_shown()
    {
        await using var controller = await TestController.StartAsync();
        var secrets = controller.Admin.Secrets;

        await secrets.SetAsync("TOKEN", "first value");
        var changed = await secrets.SetAsync("TOKEN", "second value");
        await secrets.SetAsync("A_TOKEN", "another value");
        var listed = (await secrets.ListAsync(new PageQuery { Limit = 1 })).Items;

        Assert.Equal(("TOKEN", 2, "admin"), (changed.Name, changed.Revision, changed.UpdatedBy));
        Assert.Equal("A_TOKEN", Assert.Single(listed).Name);
        await secrets.DeleteAsync("TOKEN");
        var gone = await Assert.ThrowsAsync<WeirApiException>(() => secrets.DeleteAsync("TOKEN"));
        Assert.Equal("secret.not_found", gone.Code);
        using var get = await controller.SendAsync(HttpMethod.Get, "/v1/secrets/A_TOKEN");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
    }

    [Theory]
    [InlineData("TOKEN", "abcde", "value")]
    [InlineData("TOKEN", "with\0nul", "value")]
    [InlineData("no-name", "long enough", "secret")]
    public async Task What_cannot_be_a_secret_is_refused(string name, string value, string path)
    {
        await using var controller = await TestController.StartAsync();
        var refused = await Assert.ThrowsAsync<WeirApiException>(
            () => controller.Admin.Secrets.SetAsync(name, value));
        Assert.Equal(path, Assert.Single(refused.Problems).Path);
        Assert.DoesNotContain(value, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_who_administers_the_namespace_may_set_one()
    {
        await using var controller = await TestController.StartAsync();
        var runner = await controller.AsAsync(TokenRole.Runner);
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => runner.Secrets.SetAsync("TOKEN", "some value"));
        Assert.Equal("auth.forbidden", refused.Code);
        var other = await controller.AsAsync(TokenRole.NamespaceAdmin, "other");
        await other.Secrets.SetAsync("TOKEN", "some value");
        Assert.Empty((await controller.Admin.Secrets.ListAsync()).Items);
        refused = await Assert.ThrowsAsync<WeirApiException>(() => other.Secrets.RotateAsync(all: true));
        Assert.Equal("auth.forbidden", refused.Code);
    }

    [Fact]
    public async Task A_new_master_key_holds_without_a_restart_and_the_old_one_can_go()
    {
        await using var controller = await TestController.StartAsync();
        var file = Path.Combine(controller.Options.DataFolder, "vault.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var before = await controller.Admin.Secrets.SetAsync("TOKEN", "some value");

        File.WriteAllText(file, MasterKeys.NewKey() + "\n" + File.ReadAllText(file));
        var done = await controller.Admin.Secrets.RotateAsync(all: true);
        File.WriteAllLines(file, File.ReadAllLines(file)[..1]);
        var again = await controller.Admin.Secrets.RotateAsync();

        Assert.Equal((1, 0), (done.Rotated, again.Rotated));
        Assert.NotEqual(before.KeyId, done.KeyId);
        Assert.Equal("some value", (await FindAsync(controller, "TOKEN")).Value);
        File.WriteAllText(file, MasterKeys.NewKey());
        var lost = await controller.Admin.Secrets.RotateAsync();
        Assert.Equal(["default/TOKEN"], lost.Unopened);
        Assert.Contains("master keys", (await FindAsync(controller, "TOKEN")).Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_was_moved_to_another_name_does_not_open()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Secrets.SetAsync("TOKEN", "some value");
        var documents = controller.Part<IDocumentStore>();
        var row = (await documents.GetAsync("secrets/default/TOKEN", default))!;
        foreach (var key in (string[])["secrets/default/OTHER", "secrets/stolen/TOKEN"])
        {
            await controller.Part<IRecordStore>().CommitAsync(
                new Commit { Documents = [new DocumentWrite(key, 0, row.Json)] }, default);
        }

        Assert.Null((await FindAsync(controller, "OTHER")).Value);
        Assert.Null((await controller.Part<SecretVault>().FindAsync("stolen", "TOKEN", default)).Value);
        Assert.Equal("some value", (await FindAsync(controller, "TOKEN")).Value);
    }

    [Fact]
    public async Task What_an_agent_sends_in_clear_is_masked_before_it_is_stored()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Secrets.SetAsync("TOKEN", "hunter22!");
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var run = (await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Definition })).Run;
        var assignment = Assert.Single(await agent.ClaimAsync());
        var fence = assignment.Fence;
        Assert.NotNull(assignment.Sealed);
        Assert.DoesNotContain("hunter22!", assignment.ToString(), StringComparison.Ordinal);

        var first = await agent.AppendLogAsync(fence, Piece(0, "is hunt"));
        var second = await agent.AppendLogAsync(fence, Piece(7, "er22!, end h"));
        await controller.RestartAsync();
        using var opened = await agent.OpenSessionAsync();
        var third = await agent.AppendLogAsync(fence, Piece(18, "hunter"));
        var finish = new FinishRequest(fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None)
        {
            Message = "hunter22!", Outputs = new Dictionary<string, string> { ["v"] = "hunter22!" },
        });
        await agent.FinishAsync(finish with { Tail = [Piece(18, "hunter22! hunt")] });

        Assert.Equal((3, 18, 18), (first.StdoutThrough, second.StdoutThrough, third.StdoutThrough));
        var log = await controller.Admin.Logs.ReadAsync(run.Id, "use", new LogQuery());
        Assert.Equal("is *********, end ********* hunt", Encoding.UTF8.GetString(log.Bytes.Span));
        var step = (await controller.Admin.Runs.GetAsync(run.Id)).Steps![0];
        Assert.Equal(("*********", "*********"), (step.Message, step.Outputs["v"]));
    }

    [Fact]
    public async Task Secrets_of_the_config_come_from_variables_and_files()
    {
        var folder = Directory.CreateTempSubdirectory("weir-private-");
        var file = Path.Combine(folder.FullName, "value");
        await File.WriteAllTextAsync(file, "from a file\n");
        var vault = new VaultOptions
        {
            Environment = new Dictionary<string, string> { ["THERE"] = "from a variable" },
            Secrets =
            [
                new ConfiguredSecret("A", new SecretOrigin(false, "THERE"), []),
                new ConfiguredSecret("B", new SecretOrigin(true, file), ["default"]),
                new ConfiguredSecret("C", new SecretOrigin(false, "NOT_THERE"), []),
                new ConfiguredSecret("D", new SecretOrigin(false, "THERE"), ["other"]),
            ],
        };
        await using var controller = await TestController.StartAsync(options => options with { Vault = vault });
        await controller.Admin.Secrets.SetAsync("A", "its own");

        Assert.Equal("its own", (await FindAsync(controller, "A")).Value);
        Assert.Equal("from a file", (await FindAsync(controller, "B")).Value);
        Assert.Contains("NOT_THERE is not set", (await FindAsync(controller, "C")).Trouble, StringComparison.Ordinal);
        Assert.Contains("weir secret set D", (await FindAsync(controller, "D")).Trouble, StringComparison.Ordinal);
        var listed = (await controller.Admin.Secrets.ListAsync()).Items.Select(secret => (secret.Name, secret.Source));
        Assert.Equal(
            [("A", SecretSource.Store), ("B", SecretSource.Config), ("C", SecretSource.Config)], listed);
        folder.Delete(recursive: true);
    }

    private static ValueTask<SecretLookup> FindAsync(TestController controller, string name) =>
        controller.Part<SecretVault>().FindAsync("default", name, CancellationToken.None);

    private static LogPiece Piece(long offset, string text) =>
        new(LogStream.Stdout, offset, 0, Encoding.UTF8.GetBytes(text));
}
