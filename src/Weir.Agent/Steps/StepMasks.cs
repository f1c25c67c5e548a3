using System.Security.Cryptography;
using System.Text;
using Weir.Agent.Folders;
using Weir.Agent.Leases;
using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Links;
using Weir.Engine.Masking;
using Weir.Engine.Runtimes;
using Weir.Engine.Security;

namespace Weir.Agent.Steps;

/// <summary>
/// What is secret in an attempt: what came sealed with it, and the lines that the step writes to <c>WEIR_MASK</c>.
/// Those are kept on disk, sealed to the agent itself, before they are used, so that they hold when a later life of the
/// agent takes the step up; and the controller has them before it gets a later byte of the log.
/// </summary>
internal sealed class StepMasks(AgentContext context, HeldAttempt held, AttemptFolder folder, Jitter jitter)
{
    private const int MaxFileBytes = 256 * 1024;
    private readonly HashSet<string> _added = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, string>? _env;
    private int _read;
    private volatile bool _untold;
    private bool _opened;

    /// <summary>Null while nothing is secret.</summary>
    public MaskSet? Current { get; private set; }

    /// <summary>What came sealed for the registry of the step's image; null = nothing.</summary>
    public RegistryLogin? Login { get; private set; }

    /// <summary>What is not masked though the step wants it to be; null = nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>
    /// What came sealed, for the environment of the step. Values that were not sealed to this agent's key are a
    /// <see cref="StepException"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Open()
    {
        if (_opened) return _env!;
        var values = StepEnvironment.OpenSealed(held.Assignment, context.Key);
        _env = values.Env;
        Login = values.Login;
        if (folder.Masks is { } box && context.Key is { } key
            && SealedValues.Open(key, box, held.Fence) is { } kept)
        {
            _added.UnionWith(kept.Env.Values);
            _untold = _added.Count > 0;
        }

        Current = MaskSet.Of(values.Secrets.Concat(_added));
        _opened = true;
        return _env;
    }

    /// <summary>Takes in what the step has told by now; to be called before output read earlier is used.</summary>
    public void Refresh(IStepContainer container)
    {
        var bytes = Read(container);
        if (bytes.Length == _read) return;
        _read = bytes.Length;
        var lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var fresh = lines.Select(line => line.TrimEnd('\r')).Where(_added.Add).ToList();
        if (fresh.Any(line => !MaskSet.CanMask(line)))
            Problem = $"a value in WEIR_MASK is not masked: it has fewer than {SecretForms.MinBytes} bytes";
        if (fresh.Count == 0) return;
        if (context.Key is { } key) folder.Masks = Seal(key);
        Current = MaskSet.Join(Current, fresh);
        _untold = true;
    }

    /// <summary>Returns when the controller knows all that is secret, or takes nothing more of the attempt.</summary>
    public async ValueTask TellAsync(CancellationToken cancellationToken)
    {
        // an earlier life may have died before it could tell
        if (!_opened && folder.Masks is not null) Open();
        for (var failures = 1; _untold; failures++)
        {
            try
            {
                string[] values = [.. _added];
                var answer = await context.Link.AddMasksAsync(held.Fence, values, cancellationToken);
                if (answer.Verdict == WriteVerdict.Fenced) held.Lose();
                _untold = values.Length < _added.Count;
            }
            catch (LinkException e) when (!e.Permanent)
            {
                await Task.Delay(jitter.Backoff(failures), context.Time, cancellationToken);
            }
            catch (LinkException)
            {
                // a controller that cannot take them: what it gets is masked here all the same
                _untold = false;
            }
        }
    }

    private byte[] Read(IStepContainer container)
    {
        try
        {
            return container.ReadMasks(MaxFileBytes);
        }
        catch (RuntimeException e)
        {
            Problem = $"WEIR_MASK could not be read, values in it are not masked: {e.Message}";
            return [];
        }
    }

    private string Seal(ECDiffieHellman key)
    {
        var numbered = _added.Index().ToDictionary(
            value => value.Index.ToString(System.Globalization.CultureInfo.InvariantCulture), value => value.Item);
        return new SealedValues(numbered).Seal(key.ExportSubjectPublicKeyInfo(), held.Fence);
    }
}
