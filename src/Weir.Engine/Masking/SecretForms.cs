using System.Globalization;
using System.Text;

namespace Weir.Engine.Masking;

/// <summary>
/// What a secret may look like in output: as it is and each of its lines; base64 and base64url at the three places in
/// a group of three bytes where it may begin, also in lines of 64 and 76 columns; hex in both cases, also in lines of
/// 60 columns; percent-encoded; escaped as in JSON. Only what is the secret's alone counts: characters of base64 that
/// it shares with its neighbours are left out.
/// </summary>
public static class SecretForms
{
    /// <summary>A shorter one cannot be masked without masking half of every log.</summary>
    public const int MinBytes = 6;

    public const int MaxBytes = 48 * 1024;
    private static readonly int[] Base64Columns = [64, 76];
    private const int HexColumns = 60;

    /// <summary>Every form, each of at least <see cref="MinBytes"/> bytes, none twice.</summary>
    public static IReadOnlyCollection<byte[]> Of(string secret)
    {
        var forms = new Forms();
        var bytes = Encoding.UTF8.GetBytes(secret);
        forms.AddText(secret);
        foreach (var line in secret.Split('\n')) forms.AddText(line.TrimEnd('\r'));
        for (var shift = 0; shift < 3; shift++) forms.AddBase64(bytes, shift);
        // what most programs print ends with a line feed that is no part of the secret
        forms.AddLines(Convert.ToBase64String([.. bytes, (byte)'\n']), Base64Columns);
        forms.AddHex(Convert.ToHexStringLower(bytes));
        forms.AddHex(Convert.ToHexString(bytes));
        forms.AddPercent(bytes);
        forms.AddJson(secret);
        return forms.All;
    }

    private sealed class Forms
    {
        /// <summary>RFC 3986, JavaScript (component, whole), forms, .NET (for the web, for forms), Python.</summary>
        private static readonly string[] Spared =
            ["-_.~", "-_.!~*'()", "-_.~!$&'()*+,;=:@/?#", "-_.*", "-_.~!$()*,;@", "-_.!*()", "-_.~/"];
        private const int ShortLine = 16;
        private const string ShortEscapes = "\n\r\t\b\f";
        private readonly Dictionary<string, byte[]> _all = new(StringComparer.Ordinal);

        public IReadOnlyCollection<byte[]> All => _all.Values;

        public void AddText(string text)
        {
            if (!_all.ContainsKey(text) && Encoding.UTF8.GetBytes(text) is { Length: >= MinBytes } bytes)
                _all.Add(text, bytes);
        }

        public void AddBase64(byte[] secret, int shift)
        {
            byte[] shifted = [.. new byte[shift], .. secret];
            var text = Convert.ToBase64String(shifted);
            // the first and the last character may hold bits of a neighbour
            var first = (shift * 8 + 5) / 6;
            var inner = text[first..(shifted.Length * 8 / 6)];
            AddText(inner);
            AddText(inner.Replace('+', '-').Replace('/', '_'));
            if (shift == 0) AddLines(inner, Base64Columns);
        }

        public void AddHex(string text)
        {
            AddText(text);
            AddLines(text, [HexColumns]);
        }

        /// <summary>
        /// Each line by itself, so that indented ones are found. A short last line is looked for with the end of the
        /// one before it: as a text of its own it would be found in innocent places, and make the search slow.
        /// </summary>
        public void AddLines(string text, int[] columns)
        {
            foreach (var width in columns)
            {
                if (text.Length <= width) continue;
                string[] lines = [.. text.Chunk(width).Select(line => new string(line))];
                foreach (var line in lines.Where(line => line.Length >= ShortLine)) AddText(line);
                if (lines[^1].Length >= ShortLine) continue;
                AddText(lines[^2][^ShortLine..] + "\n" + lines[^1]);
                AddText(lines[^2][^ShortLine..] + "\r\n" + lines[^1]);
            }
        }

        /// <summary>
        /// Encoders differ in what they leave alone, in how they write a space and in the case of the digits.
        /// </summary>
        public void AddPercent(byte[] secret)
        {
            foreach (var spared in Spared)
            {
                foreach (var space in (string[])["%20", "+"])
                {
                    var text = Percent(secret, spared, space);
                    AddText(text);
                    AddText(LowerDigits(text));
                }
            }
        }

        /// <summary>
        /// Encoders differ in what they escape beyond the necessary: what HTML minds, and all
        /// after ASCII, after the basic plane, or none.
        /// </summary>
        public void AddJson(string secret)
        {
            foreach (var more in (string[])["", "<>&", "<>&'+`\"", "/"])
            {
                foreach (var last in (char[])['~', '\uD7FF', char.MaxValue])
                {
                    AddText(Escape(secret, more, last, "x4"));
                    AddText(Escape(secret, more, last, "X4"));
                }
            }
        }

        private static string Percent(byte[] secret, string spared, string space)
        {
            var text = new StringBuilder(secret.Length);
            foreach (var b in secret)
            {
                var letter = (char)b;
                if (char.IsAsciiLetterOrDigit(letter) || spared.Contains(letter, StringComparison.Ordinal))
                    text.Append(letter);
                else if (b == ' ') text.Append(space);
                else text.Append('%').Append(Convert.ToHexString([b]));
            }

            return text.ToString();
        }

        private static string LowerDigits(string percent)
        {
            var text = percent.ToCharArray();
            for (var i = 0; i + 2 < text.Length; i++)
            {
                if (text[i] != '%') continue;
                text[i + 1] = char.ToLowerInvariant(text[i + 1]);
                text[i + 2] = char.ToLowerInvariant(text[i + 2]);
            }

            return new string(text);
        }

        private static string Escape(string secret, string more, char last, string digits)
        {
            var text = new StringBuilder(secret.Length);
            foreach (var letter in secret)
            {
                if (letter != '/' && more.Contains(letter, StringComparison.Ordinal)) AddCode(text, letter, digits);
                else if (letter is '"' or '\\' || (letter == '/' && more == "/")) text.Append('\\').Append(letter);
                else if (ShortEscapes.IndexOf(letter, StringComparison.Ordinal) is var at and >= 0)
                    text.Append('\\').Append("nrtbf"[at]);
                else if (letter < ' ' || letter > last) AddCode(text, letter, digits);
                else text.Append(letter);
            }

            return text.ToString();
        }

        private static void AddCode(StringBuilder text, char letter, string digits) =>
            text.Append("\\u").Append(((int)letter).ToString(digits, CultureInfo.InvariantCulture));
    }
}
