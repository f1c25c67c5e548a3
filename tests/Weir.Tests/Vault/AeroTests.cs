using Weir.Controller.Config;
using Weir.Controller.Vault;

namespace Weir.Tests.Vault;

public sealed class AeroTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-aero-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_every_tag()
    {
        Write("other.edn", "{:deep \"from the other file\"}");
        var path = Write(
            "private.edn",
            """
            {:plain "text" :npm-token #env NPM
             :or #or [#env NOT_SET false "third"] :port #long #or [#env PORT "3000"]
             :join #join ["https://" #env HOST ":" 80] :kind #keyword "nos/job"
             :profile #profile {:dev "d" :prod "p" :default "x"} :other #profile {:dev "d" :default "x"}
             :nested {:a {"b" "inner"}} :ref #ref [:nested :a "b"] :include #include "other.edn"
             :list [1 2] :nothing nil :flag #boolean "true" :half #double "0.5"}
            """);
        var (values, problems) = PrivateFileReader.Read(path, Options("prod"));

        Assert.Empty(problems);
        var expected = new Dictionary<string, string>
        {
            ["plain"] = "text", ["npm_token"] = "n", ["or"] = "third", ["port"] = "3000",
            ["join"] = "https://host:80", ["kind"] = "nos/job", ["profile"] = "p", ["other"] = "x",
            ["nested_a_b"] = "inner", ["ref"] = "inner", ["include_deep"] = "from the other file", ["flag"] = "true",
            ["half"] = "0.5",
        };
        Assert.Equal(expected.OrderBy(e => e.Key), values.OrderBy(e => e.Key));
    }

    [Theory]
    [InlineData("{:a #ref [:a]}", "without an end")]
    [InlineData("{:a #ref [:b]}", "nothing is at b")]
    [InlineData("{:a #nope 1}", "#nope is not known")]
    [InlineData("{:a #long \"x\"}", "#long is none")]
    [InlineData("{:a #include \"none.edn\"}", "none.edn")]
    [InlineData("{:a #include \"private.edn\"}", "without an end")]
    [InlineData("{:a", "")]
    public void Tells_what_is_wrong(string text, string problem)
    {
        var (_, problems) = PrivateFileReader.Read(Write("private.edn", text), Options("default"));
        Assert.Contains(problem, problems[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("private.yml", "token: ${NPM}-x\naws: { key: abc }\n")]
    [InlineData("private.json", "{\"token\": \"${NPM}-x\", \"aws\": {\"key\": \"abc\"}}")]
    public void Reads_yaml_and_json(string name, string text)
    {
        var (values, problems) = PrivateFileReader.Read(Write(name, text), Options("default"));
        Assert.Empty(problems);
        Assert.Equal([("aws_key", "abc"), ("token", "n-x")], values.Select(v => (v.Key, v.Value)).Order());
    }

    [Fact]
    public void The_config_names_its_secrets()
    {
        const string Text = """
            workdir: /base
            database: { memory: true }
            vault:
              key: env:WEIR_KEY
              profile: prod
              secrets: { A: env:X, B: { from: file:b.txt, namespaces: [team] } }
              files: [{ path: private.edn }]
            """;
        var read = ConfigReader.Read(Text, ConfigSources.None);

        Assert.Empty(read.Problems);
        var vault = read.Config!.ToControllerOptions().Vault;
        Assert.Equal((new SecretOrigin(false, "WEIR_KEY"), "prod"), (vault.Key, vault.Profile));
        Assert.Equal(
            [("A", new SecretOrigin(false, "X")), ("B", new SecretOrigin(true, "/base/b.txt"))],
            vault.Secrets.Select(secret => (secret.Name, secret.Origin)));
        Assert.Equal(["team"], vault.Secrets[1].Namespaces);
        Assert.Equal("/base/private.edn", Assert.Single(vault.Files).Path);
    }

    [Fact]
    public void A_secret_that_stands_in_the_config_is_refused_and_not_repeated()
    {
        var read = ConfigReader.Read("vault: { secrets: { A: hunter22 } }", ConfigSources.None);
        var problem = Assert.Single(read.Problems, problem => !problem.Warning);
        Assert.Equal("vault.secrets.A", problem.Path);
        Assert.DoesNotContain("hunter22", problem.Message, StringComparison.Ordinal);
    }

    private static VaultOptions Options(string profile) => new()
    {
        Profile = profile,
        Environment = new Dictionary<string, string> { ["NPM"] = "n", ["HOST"] = "host" },
    };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
