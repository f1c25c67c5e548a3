using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Weir.Controller.Features.Metrics;

/// <summary>
/// Listens to the product's own meters (those whose name begins with <c>Weir</c>) and writes them in Prometheus' text
/// format. <c>weir.runs.created</c> becomes <c>weir_runs_created_total</c>.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public void Start()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // another controller in this process has a page of its own
            var isOurs = instrument.Meter.Scope is null || instrument.Meter.Scope == this;
            if (isOurs && instrument.Meter.Name.StartsWith("Weir", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
        };
        _listener.SetMeasurementEventCallback<int>(
            static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(
            static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(
            static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_gate)
        {
            foreach (var family in _families.Values) family.Write(text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private MetricFamily FamilyOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        var kind = KindOf(instrument);
        if (kind is MetricKind.Counter or MetricKind.ObservedCounter) name += "_total";
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var family))
                _families[name] = family = new MetricFamily(name, instrument.Description ?? "", kind);
            return family;
        }
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        if (type.StartsWith("ObservableCounter", StringComparison.Ordinal)) return MetricKind.ObservedCounter;
        if (instrument.IsObservable || type.StartsWith("Gauge", StringComparison.Ordinal)) return MetricKind.Gauge;
        if (type.StartsWith("Histogram", StringComparison.Ordinal)) return MetricKind.Histogram;
        return MetricKind.Counter;
    }
}

internal enum MetricKind
{
    Counter,
    ObservedCounter,
    Gauge,
    Histogram,
}

/// <summary>
/// One metric with a value for each set of tags; sets beyond the limit are counted together without tags.
/// </summary>
internal sealed class MetricFamily(string name, string help, MetricKind kind)
{
    private const int MaxSeries = 1_000;
    private static readonly double[] Bounds =
        [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out var series))
            {
                if (_series.Count >= MaxSeries) labels = "";
                if (!_series.TryGetValue(labels, out series)) _series[labels] = series = new Series();
            }

            series.Value = kind is MetricKind.Gauge or MetricKind.ObservedCounter ? value : series.Value + value;
            if (kind == MetricKind.Histogram) series.Count(value);
        }
    }

    public void Write(StringBuilder text)
    {
        var type = kind switch
        {
            MetricKind.Counter or MetricKind.ObservedCounter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        lock (_gate)
        {
            foreach (var (labels, series) in _series)
            {
                if (kind == MetricKind.Histogram) WriteHistogram(text, labels, series);
                else text.Append(CultureInfo.InvariantCulture, $"{name}{Braces(labels)} {series.Value}\n");
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var comma = labels.Length == 0 ? "" : ",";
        long below = 0;
        for (var i = 0; i < Bounds.Length; i++)
        {
            below += series.Buckets[i];
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"{Bounds[i]}\"}} {below}\n");
        }

        below += series.Buckets[^1];
        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {below}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braces(labels)} {series.Value}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_count{Braces(labels)} {below}\n");
    }

    private static string Braces(string labels) => labels.Length == 0 ? "" : "{" + labels + "}";

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0) return "";
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            var safe = $"{value}".Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(key.Replace('.', '_')).Append("=\"").Append(safe).Append('"');
        }

        return text.ToString();
    }

    private sealed class Series
    {
        public double Value { get; set; }

        public long[] Buckets { get; } = new long[Bounds.Length + 1];

        public void Count(double value)
        {
            var at = Array.FindIndex(Bounds, bound => value <= bound);
            Buckets[at < 0 ? Bounds.Length : at]++;
        }
    }
}
