using Weir.Contracts.AgentProtocol;
using Weir.Engine.Links;

namespace Weir.Tests.Agent;

/// <summary>What happens to one call.</summary>
internal enum Fate
{
    Arrives,
    RequestLost,
    AnswerLost,
}

/// <summary>
/// Behaves as a controller does towards one agent: hands queued work out under leases, repeats the answer to a repeated
/// nonce and to a repeated finish, refuses who does not hold the lease. Tests decide what the line does to each call.
/// </summary>
internal sealed class FakeController(TimeProvider time) : IControllerLink
{
    private readonly Queue<Assignment> _queue = [];
    private readonly Dictionary<ClaimNonce, List<Assignment>> _claims = [];
    private readonly Dictionary<AttemptFence, FinishResponse> _answered = [];
    private readonly Dictionary<(AttemptFence, LogStream), MemoryStream> _logs = [];
    private readonly Queue<ChannelMessage> _messages = [];
    private long _lease;

    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    public bool Away { get; set; }

    public TimeSpan RenewEvery { get; set; }

    public bool Drain { get; set; }

    /// <summary>What is foreseen after the steps that are enqueued from now on.</summary>
    public IReadOnlyList<NextStep> Next { get; set; } = [];

    /// <summary>Asked for each call by its kind: claim, renew, report, log, finish, blob.</summary>
    public Func<string, Fate> Line { get; set; } = _ => Fate.Arrives;

    /// <summary>The kinds of all calls that arrived.</summary>
    public List<string> Calls { get; } = [];

    public HashSet<AttemptFence> Held { get; } = [];

    public HashSet<AttemptFence> StopAsked { get; } = [];

    public List<AttemptFence> GivenBack { get; } = [];

    public Dictionary<AttemptFence, AttemptOutcome> Outcomes { get; } = [];

    public Dictionary<AttemptFence, ReportRequest> Reports { get; } = [];

    public Dictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    public List<ClaimRequest> Claims { get; } = [];

    public List<RenewRequest> Renewals { get; } = [];

    public LinkException? Refusal { get; set; }

    /// <summary>
    /// Bytes at the end of a stream that the controller holds back, as a secret may go on in what follows.
    /// </summary>
    public int HoldBack { get; set; }

    public AttemptFence Enqueue(
        string step, StepWork work, TimeSpan? disconnect = null, int attempt = 1, string? sealedTo = null)
    {
        var fence = new AttemptFence("01run", step, attempt, ++_lease);
        _queue.Enqueue(new Assignment(fence, work)
        {
            Namespace = "default",
            Flow = "build",
            RunNumber = 7,
            LeaseMilliseconds = (int)Lease.TotalMilliseconds,
            DisconnectMilliseconds = (long)(disconnect ?? TimeSpan.FromMinutes(10)).TotalMilliseconds,
            Sealed = sealedTo,
            Next = Next,
        });
        return fence;
    }

    public void Say(ChannelMessageKind kind, AttemptFence? fence = null) =>
        _messages.Enqueue(new ChannelMessage(kind) { Fence = fence });

    public byte[] Log(AttemptFence fence, LogStream stream = LogStream.Stdout) =>
        _logs.TryGetValue((fence, stream), out var log) ? log.ToArray() : [];

    public int Count(string kind) => Calls.Count(call => call == kind);

    public Task<ClaimResponse> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        CarryAsync("claim", async () =>
    {
        Claims.Add(request);
        var start = time.GetTimestamp();
        while (true)
        {
            var taken = Take(request.Nonce, request.FreeSlots);
            if (taken.Count > 0 || Drain || time.GetElapsedTime(start).TotalMilliseconds >= request.WaitMilliseconds)
            {
                return new ClaimResponse(taken) { Drain = Drain };
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellationToken);
        }
    });

    public Task<RenewResponse> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        CarryAsync("renew", () =>
    {
        Renewals.Add(request);
        var unknown = Held.Where(fence => !request.Held.Contains(fence)
            && _claims.Any(claim =>
                claim.Key <= request.AnsweredThrough && claim.Value.Exists(one => one.Fence == fence))).ToList();
        foreach (var fence in unknown)
        {
            Held.Remove(fence);
            GivenBack.Add(fence);
        }

        var answers = request.Held.Select(fence => new LeaseAnswer(fence, VerdictOn(fence))).ToList();
        return Task.FromResult(new RenewResponse(answers)
        {
            Drain = Drain, RenewMilliseconds = (int)RenewEvery.TotalMilliseconds,
        });
    });

    public Task<ReportResponse> ReportAsync(ReportRequest request, CancellationToken cancellationToken) =>
        CarryAsync("report", () =>
    {
        if (!Held.Contains(request.Fence)) return Task.FromResult(new ReportResponse(WriteVerdict.Fenced));
        Reports[request.Fence] = request;
        return Task.FromResult(new ReportResponse(WriteVerdict.Accepted) { Stop = StopAsked.Contains(request.Fence) });
    });

    public Task<AppendLogResponse> AppendLogAsync(
        AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken) =>
            CarryAsync("log", () =>
    {
        Assert.InRange(pieces.Sum(piece => piece.Bytes.Length + LogFrames.HeaderBytes), 1, LogFrames.MaxBytes);
        if (!Held.Contains(fence)) return Task.FromResult(new AppendLogResponse(WriteVerdict.Fenced, 0, 0));
        return Task.FromResult(Append(fence, pieces));
    });

    /// <summary>What steps have told to be secret.</summary>
    public List<string> Masks { get; } = [];

    public Task<AddMasksResponse> AddMasksAsync(
        AttemptFence fence, IReadOnlyList<string> values, CancellationToken cancellationToken) =>
        CarryAsync("masks", () =>
    {
        Masks.AddRange(values);
        var verdict = Held.Contains(fence) ? WriteVerdict.Accepted : WriteVerdict.Fenced;
        return Task.FromResult(new AddMasksResponse(verdict));
    });

    public Task<FinishResponse> FinishAsync(FinishRequest request, CancellationToken cancellationToken) =>
        CarryAsync("finish", () =>
    {
        if (_answered.TryGetValue(request.Fence, out var before)) return Task.FromResult(before);
        var accepted = Held.Contains(request.Fence);
        if (accepted)
        {
            Append(request.Fence, request.Tail, all: true);
            Outcomes.Add(request.Fence, request.Outcome);
            Held.Remove(request.Fence);
        }

        var next = request.ClaimNonce is { } nonce ? Take(nonce, request.FreeSlots) : [];
        var answer = new FinishResponse(accepted ? WriteVerdict.Accepted : WriteVerdict.Fenced, next);
        _answered[request.Fence] = answer;
        return Task.FromResult(answer);
    });

    public Task<bool> HasBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken) =>
        CarryAsync("blob", () => Task.FromResult(Blobs.ContainsKey(digest)));

    public Task PutBlobAsync(
        AttemptFence fence, string digest, long length, Func<Stream> open, CancellationToken cancellationToken) =>
        CarryAsync("blob", async () =>
        {
            await using var content = open();
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellationToken);
            Assert.Equal(length, copy.Length);
            Blobs[digest] = copy.ToArray();
            return true;
        });

    public Task<Stream> GetBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken) =>
        CarryAsync("blob", () => Blobs.TryGetValue(digest, out var content)
            ? Task.FromResult<Stream>(new MemoryStream(content))
            : throw new LinkException("no such blob") { Permanent = true, Code = "blob.not_found" });

    public async Task<ChannelMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (_messages.Count == 0) await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellationToken);
        return _messages.Dequeue();
    }

    private List<Assignment> Take(ClaimNonce nonce, int slots)
    {
        if (_claims.TryGetValue(nonce, out var before)) return before;
        var taken = new List<Assignment>();
        while (taken.Count < slots && _queue.TryDequeue(out var assignment))
        {
            taken.Add(assignment);
            Held.Add(assignment.Fence);
        }

        if (taken.Count > 0) _claims[nonce] = taken;
        return taken;
    }

    private LeaseVerdict VerdictOn(AttemptFence fence) =>
        !Held.Contains(fence) ? LeaseVerdict.Lost : StopAsked.Contains(fence) ? LeaseVerdict.Stop : LeaseVerdict.Held;

    private AppendLogResponse Append(AttemptFence fence, IReadOnlyList<LogPiece> pieces, bool all = false)
    {
        foreach (var piece in pieces)
        {
            if (!_logs.TryGetValue((fence, piece.Stream), out var log)) _logs[(fence, piece.Stream)] = log =
                new MemoryStream();
            var known = (int)Math.Clamp(log.Length - piece.Offset, 0, piece.Bytes.Length);
            if (piece.Offset > log.Length) continue;
            log.Write(piece.Bytes.Span[known..]);
        }

        foreach (var (key, log) in _logs)
        {
            if (key.Item1 == fence && !all) log.SetLength(Math.Max(0, log.Length - HoldBack));
        }

        return new AppendLogResponse(
            WriteVerdict.Accepted, Log(fence).Length, Log(fence, LogStream.Stderr).Length);
    }

    private async Task<T> CarryAsync<T>(string kind, Func<Task<T>> answer)
    {
        if (Refusal is not null) throw Refusal;
        var fate = Line(kind);
        if (Away || fate == Fate.RequestLost) throw new LinkException($"the {kind} did not arrive");
        Calls.Add(kind);
        var result = await answer();
        if (Away || fate == Fate.AnswerLost) throw new LinkException($"the answer to the {kind} did not arrive");
        return result;
    }
}
