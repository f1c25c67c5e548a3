using System.Collections.Immutable;
using System.Globalization;
using Weir.Engine.Definitions;
using Weir.Engine.Definitions.Formats.Edn;

namespace Weir.Controller.Vault;

/// <summary>What an EDN value comes to; lists have no text of their own and are left out.</summary>
internal abstract record AeroValue
{
    private AeroValue()
    {
    }

    public sealed record Nothing : AeroValue;

    public sealed record Text(string Value) : AeroValue;

    public sealed record Map(IReadOnlyList<(string Key, AeroValue Value)> Entries) : AeroValue;
}

/// <summary>
/// An EDN config with the tags of aero: <c>#env #or #include #join #profile #ref #keyword #long #double #boolean</c>.
/// A value is worked out when it is asked for, so a branch that is not taken is not looked at.
/// </summary>
internal sealed class AeroReader(VaultOptions options, ProblemList problems)
{
    private const int MaxDepth = 64;
    private static readonly AeroValue.Nothing Nothing = new();
    private int _depth;

    /// <exception cref="IOException">A file cannot be read.</exception>
    public AeroValue Read(string path)
    {
        if (EdnReader.ReadOne(PrivateFileReader.ReadText(path), problems) is not { } root) return Nothing;
        return new InFile(this, Path.GetFullPath(path), root).Evaluate(root);
    }

    private sealed class InFile(AeroReader reader, string path, EdnValue root)
    {
        public AeroValue Evaluate(EdnValue value)
        {
            if (reader._depth >= MaxDepth) return Wrong(value.Place, "values refer to each other without an end");
            reader._depth++;
            try
            {
                return value switch
                {
                    EdnNil or EdnSequence or EdnSet => Nothing,
                    EdnMap map => new AeroValue.Map([.. map.Entries.Select(e => (NameOf(e.Key), Evaluate(e.Value)))]),
                    EdnTagged tagged => Apply(tagged),
                    _ => new AeroValue.Text(NameOf(value)),
                };
            }
            finally
            {
                reader._depth--;
            }
        }

        private AeroValue Apply(EdnTagged tagged) => tagged.Tag switch
        {
            "env" => Env(NameOf(tagged.Value)),
            "or" => Items(tagged).Select(Evaluate).FirstOrDefault(IsTrue) ?? Nothing,
            "join" => new AeroValue.Text(string.Concat(Items(tagged).Select(TextOf))),
            "include" => Include(tagged),
            "profile" => Profile(tagged),
            "ref" => Follow(tagged),
            "keyword" => new AeroValue.Text(TextOf(tagged.Value)),
            "long" => Number(tagged, text => long.TryParse(text, CultureInfo.InvariantCulture, out _)),
            "double" => Number(tagged, text => double.TryParse(text, CultureInfo.InvariantCulture, out _)),
            "boolean" => Number(tagged, text => bool.TryParse(text, out _)),
            _ => Wrong(tagged.Place, $"the tag #{tagged.Tag} is not known"),
        };

        private AeroValue Env(string name) =>
            reader.Options.Environment.TryGetValue(name, out var value) ? new AeroValue.Text(value) : Nothing;

        // As in aero: beside the file that includes it, unless it says where.
        private AeroValue Include(EdnTagged tagged)
        {
            var other = TextOf(tagged.Value);
            return other.Length == 0 ? reader.Problems.HasErrors ? Nothing : Wrong(tagged.Place, "#include names no file")
                : reader.Read(Path.GetFullPath(other, Path.GetDirectoryName(path)!));
        }

        private AeroValue Profile(EdnTagged tagged)
        {
            if (tagged.Value is not EdnMap map) return Wrong(tagged.Place, "expected a map of profiles");
            foreach (var name in (string[])[reader.Options.Profile, "default"])
            {
                foreach (var (key, value) in map.Entries)
                {
                    if (NameOf(key) == name) return Evaluate(value);
                }
            }

            return Nothing;
        }

        private AeroValue Follow(EdnTagged tagged)
        {
            var at = root;
            foreach (var key in Items(tagged))
            {
                var entry = (at as EdnMap)?.Entries.FirstOrDefault(e => NameOf(e.Key) == NameOf(key)).Value;
                if (entry is null) return Wrong(tagged.Place, $"nothing is at {NameOf(key)}");
                at = entry;
            }

            return Evaluate(at);
        }

        private AeroValue Number(EdnTagged tagged, Func<string, bool> isOne)
        {
            var text = TextOf(tagged.Value);
            return text.Length == 0 || isOne(text) ? new AeroValue.Text(text)
                : Wrong(tagged.Place, $"the value of #{tagged.Tag} is none");
        }

        private static ImmutableArray<EdnValue> Items(EdnTagged tagged) =>
            tagged.Value is EdnSequence sequence ? sequence.Items : [tagged.Value];

        private static bool IsTrue(AeroValue value) =>
            value is not AeroValue.Nothing and not AeroValue.Text { Value: "false" };

        private string TextOf(EdnValue value) => Evaluate(value) is AeroValue.Text text ? text.Value : "";

        private static string NameOf(EdnValue value) => value switch
        {
            EdnText text => text.Value,
            EdnKeyword keyword => keyword.Name,
            EdnSymbol symbol => symbol.Name,
            EdnCharacter character => character.Value,
            EdnBoolean { Value: var flag } => flag ? "true" : "false",
            EdnInteger number => number.Value.ToString(CultureInfo.InvariantCulture),
            EdnFloat number => number.Written,
            _ => "",
        };

        private AeroValue.Nothing Wrong(Place place, string message)
        {
            reader.Problems.Add(Path.GetFileName(path), place, message);
            return Nothing;
        }
    }

    private VaultOptions Options => options;

    private ProblemList Problems => problems;
}
