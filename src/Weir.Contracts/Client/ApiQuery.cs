using System.Globalization;
using System.Text;

namespace Weir.Contracts.Client;

/// <summary>Builds a path with its query; what is null is left out.</summary>
internal sealed class ApiQuery(string path)
{
    private readonly StringBuilder _text = new(path);
    private char _next = '?';

    public ApiQuery With(string name, string? value)
    {
        if (value is null) return this;
        _text.Append(_next).Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _next = '&';
        return this;
    }

    public ApiQuery With(string name, long? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public ApiQuery With(string name, DateTimeOffset? value) =>
        With(name, value?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
