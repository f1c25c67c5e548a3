using System.Text.Json;
using Weir.Engine.Definitions;
using Weir.Engine.Planning;

namespace Weir.Tests.Definitions.Formats;

public sealed class CorpusTests
{
    [Fact]
    public void Every_file_plans()
    {
        Assert.SkipWhen(Corpus.Folder is null, "the corpus is not on this machine");
        Assert.NotEmpty(Corpus.Files);
        var inputs = new PlanInputs
        {
            Params = new Dictionary<string, JsonElement> { ["repository"] = JsonSerializer.SerializeToElement("/r") },
        };
        foreach (var file in Corpus.Files)
        {
            var flow = FlowText.Good(File.ReadAllText(file), Path.GetFileName(file));
            var plan = Planner.Plan(flow, inputs);
            Assert.True(plan.Plan is not null, $"{file}: {string.Join('\n', plan.Problems)}");
            Assert.Equal("checkout", plan.Plan.Steps[0].Name);
            Assert.All(plan.Plan.Steps.Skip(1), step => Assert.Equal("checkout", step.WorkspaceFrom ?? ""));
        }
    }

    [Fact]
    public void The_native_form_of_every_file_is_the_same_flow()
    {
        Assert.SkipWhen(Corpus.Folder is null, "the corpus is not on this machine");
        foreach (var file in Corpus.Files) Corpus.AssertRoundTrip(File.ReadAllText(file), Path.GetFileName(file));
    }

    [Fact]
    public void A_dependency_of_a_job_comes_as_its_folder()
    {
        var flow = Corpus.Flow("djmbritt+docs.nosana.io");
        Assert.Equal("NPM Template", flow.Description);
        Assert.Equal("production", flow.Env["APP_ENV"]);
        Assert.Equal(["install", "generate", "ditribute"], flow.Steps.Select(s => s.Name));
        Assert.Equal([new ArtifactDefinition("node_modules", "project/node_modules/", false)], flow.Steps[0].Artifacts);
        Assert.Equal([new ResourceDefinition("node_modules", "project/node_modules", false)], flow.Steps[1].Resources);
        Assert.Equal(["checkout", "generate"], flow.Steps[2].Needs!.Value);
    }

    [Fact]
    public void Tabs_are_read_as_they_look()
    {
        var flow = Corpus.Flow("laurensV+self-coding-website");
        Assert.Equal("node16", flow.Image);
        Assert.Equal(("production", "other"), (flow.Env["APP_ENV"], flow.Env["SOME"]));
        Assert.Equal(["build", "test", "deploy"], flow.Steps.Select(s => s.Name));
        Assert.Equal(["npm ci", "npm run generate", "npm run build --output dist/"], flow.Steps[0].Commands);
        Assert.All(flow.Steps, step => Assert.True(step.AllowFailure));
        Assert.Equal("aws-s3", flow.Steps[2].Image);
        Assert.Contains("trigger.branch == 'main'", flow.Steps[2].When, StringComparison.Ordinal);
        Assert.Equal([new ResourceDefinition("dist-folder", "project/dist", false)], flow.Steps[2].Resources);
    }

    [Fact]
    public void Jobs_may_be_a_map()
    {
        var flow = Corpus.Flow("sahilahmed21+testtest");
        var step = Assert.Single(flow.Steps);
        Assert.Equal(("nosana-build-deploy", "Nosana Build & Deploy"), (step.Name, step.Title));
        Assert.Equal("node:18-alpine", step.Image);
        Assert.Equal(3, step.Commands.Length);
    }

    [Fact]
    public void Braces_make_two_artifacts_and_both_come_back()
    {
        var flow = Corpus.Flow("jeisses+effect-network");
        Assert.Equal(
            ["project/contracts/**/*.wasm", "project/contracts/**/*.abi"], flow.Steps[0].Artifacts.Select(a => a.Path));
        Assert.Equal(
            ["node_modules", "contracts", "contracts-2", "eos-cljs"], flow.Steps[3].Resources.Select(r => r.Name));
        Assert.Equal("project/contracts", flow.Steps[3].Resources[2].Path);
    }

    [Fact]
    public void A_variable_beside_the_environment_and_a_secret_of_another_name_reach_the_step()
    {
        var step = Assert.Single(Corpus.Flow("nosana-ci+nosana-node").Steps);
        Assert.Equal("install-and-build-container", step.Name);
        Assert.Equal("nosana", step.Env["USERNAME"]);
        Assert.Equal(["DOCKER_PAT"], step.Secrets);
        Assert.Equal("export DOCKER_ENV_PAT=\"$DOCKER_PAT\"", step.Commands[0]);
        Assert.EndsWith("$DOCKER_ENV_PAT}}'", step.Commands[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Triggers_of_jobs_become_conditions()
    {
        var flow = Corpus.Flow("laurensV+nosana-programs");
        Assert.Equal(
            "success() && (!(trigger.branch || trigger.tag || trigger.base_branch) || starts_with(trigger.tag, 'job-v'))",
            flow.Steps[1].When);
        Assert.Equal(["SQUADS_KEY"], flow.Steps[4].Secrets);
        Assert.Equal("if (set -o pipefail) 2> /dev/null; then set -o pipefail; fi", flow.Steps[4].Commands[0]);
        Assert.Equal(new ResourceDefinition("programs", "project/target", false), Assert.Single(flow.Steps[2].Resources));
    }

    [Fact]
    public void A_folder_of_its_own_and_a_secret_in_a_list()
    {
        var deploy = Corpus.Flow("effectai+force-frontend").Steps[1];
        Assert.Equal("alpine/git", deploy.Image);
        Assert.Equal(["GH_DEPLOY_KEY_TESTNET"], deploy.Secrets);
        Assert.Null(deploy.Workdir);
        Assert.Equal("app", deploy.Env["NOS_WORK_DIR"]);
        Assert.Equal("mkdir -p -- \"$NOS_WORK_DIR\" && cd -- \"$NOS_WORK_DIR\"", deploy.Commands[1]);
        Assert.Equal([new ResourceDefinition("dist", "app/dist", false)], deploy.Resources);
    }

    [Fact]
    public void What_nobody_made_is_not_brought_and_absolute_paths_stay_in_the_workspace()
    {
        Assert.All(Corpus.Flow("RyanLisse+workshop").Steps, step => Assert.Empty(step.Resources));
        var steps = Corpus.Flow("nosana-ci+nosana-programs").Steps;
        Assert.Equal(".config", steps[1].Artifacts[0].Path);
        Assert.Equal([".config", "target"], steps[2].Resources.Select(r => r.Path));
        Assert.Equal(["project/solana", "solana"], steps[3..5].Select(s => s.Artifacts[0].Path));
        Assert.Contains("test $(cat program_hash.txt)", steps[2].Commands[2], StringComparison.Ordinal);
        Assert.StartsWith("nosana-cli create-program-upgrade ", steps[4].Commands[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_of_the_whole_file_reach_every_step()
    {
        var flow = Corpus.Flow("djmbritt+HackerHouseDemo");
        Assert.Equal(["PINATA_JWT_KEY"], flow.Secrets);
        Assert.DoesNotContain("PINATA_JWT_KEY", flow.Env.Keys);
        var only = Assert.Single(flow.Steps);
        Assert.Equal(("install-and-upload-to-ipfs", "Install and Upload to IPFS"), (only.Name, only.Title));
    }

    [Fact]
    public void Bare_names_of_resources_are_enough()
    {
        var steps = Corpus.Flow("jeisses+nosana-programs").Steps;
        Assert.Equal(["install", "npm-lint", "build", "anchor-test", "rust-lint"], steps.Select(s => s.Name));
        Assert.Equal(
            [
                new("node_modules", "project/node_modules", false),
                new ResourceDefinition("anchor_target", "project/target", false),
            ],
            steps[3].Resources);
    }
}
