using System.Collections.Immutable;

namespace Weir.Engine.Definitions;

/// <summary>Typed looks at tree values; null for what is missing or of another form.</summary>
internal static class TreeReading
{
    extension(TreeValue value)
    {
        public string? AsText() => value is TreeText { IsNull: false } text ? text.Value : null;

        public decimal? AsNumber() => (value as TreeText)?.Number;

        public int? AsWhole() =>
            value.AsNumber() is { } number && number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue
            ? (int)number
            : null;
    }

    extension(TreeMap map)
    {
        public string? Text(string key) => map[key]?.AsText();

        public bool? Boolean(string key) => (map[key] as TreeText)?.Boolean;

        public int? Whole(string key) => map[key]?.AsWhole();

        public TimeSpan? Duration(string key) =>
            Contracts.Text.Duration.TryParse(map.Text(key), out var value) ? value : null;

        /// <summary>The items of a list, or the one value that stands without its list.</summary>
        public ImmutableArray<TreeValue> Items(string key) => map[key] switch
        {
            null or TreeText { IsNull: true } => [],
            TreeList list => list.Items,
            var single => [single],
        };

        /// <summary>
        /// Null when the key is missing or empty; items that are no texts become the empty text, so that places keep
        /// their numbers.
        /// </summary>
        public ImmutableArray<string>? Texts(string key) => map[key] is null or TreeText { IsNull: true }
            ? null
            : [.. map.Items(key).Select(item => item.AsText() ?? "")];

        public ImmutableArray<TreeEntry> Entries(string key) => (map[key] as TreeMap)?.Entries ?? [];

        public ImmutableSortedDictionary<string, string> Map(string key) => map.Entries(key)
            .ToImmutableSortedDictionary(e => e.Key.Value, e => e.Value.AsText() ?? "", StringComparer.Ordinal);
    }
}
