using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Engine.Links;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>
/// A bad line between one life of an agent and whichever controller is up: requests and answers get lost, late, doubled
/// and out of order. Bodies travel as the wire's JSON.
/// </summary>
internal sealed class SimLink(SimWorld world, AgentIdentity agent, HashSet<int> cutFrom) : IControllerLink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LongAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(20);

    public bool IsCut { get; set; }

    public Task<ClaimResponse> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        CallAsync(
            $"claim {request.Nonce.Generation}.{request.Nonce.Number} ×{request.FreeSlots}",
            Copy(request, WeirJson.Default.ClaimRequest),
            (g, r) => g.ClaimAsync(agent, r, cancellationToken),
            cancellationToken);

    public Task<RenewResponse> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        CallAsync(
            $"renew {request.Held.Count}", Copy(request, WeirJson.Default.RenewRequest),
            (g, r) => g.RenewAsync(agent, r, cancellationToken), cancellationToken);

    public Task<ReportResponse> ReportAsync(ReportRequest request, CancellationToken cancellationToken) =>
        CallAsync(
            $"report {request.Fence}", Copy(request, WeirJson.Default.ReportRequest),
            (g, r) => g.ReportAsync(agent, r, cancellationToken), cancellationToken);

    public async Task<AppendLogResponse> AppendLogAsync(
        AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken)
    {
        IReadOnlyList<LogPiece> copy = [.. pieces.Select(p => p with { Bytes = p.Bytes.ToArray() })];
        var answer = await CallAsync(
            $"log {fence} {pieces.Sum(p => p.Bytes.Length)} B", copy,
            (g, r) => g.AppendLogAsync(agent, fence, r, cancellationToken), cancellationToken);
        if (answer.Verdict == WriteVerdict.Accepted) world.Watch.Acknowledged(fence, answer);
        return answer;
    }

    public Task<AddMasksResponse> AddMasksAsync(
        AttemptFence fence, IReadOnlyList<string> values, CancellationToken cancellationToken) =>
        CallAsync(
            $"masks {fence} ×{values.Count}", values, (g, v) => g.AddMasksAsync(agent, fence, v, cancellationToken),
            cancellationToken);

    public Task<FinishResponse> FinishAsync(FinishRequest request, CancellationToken cancellationToken)
    {
        world.Watch.FinishSent(request);
        return CallAsync(
            $"finish {request.Fence} {request.Outcome.Status}/{request.Outcome.Reason}",
            Copy(request, WeirJson.Default.FinishRequest),
            (g, r) => g.FinishAsync(agent, r, cancellationToken),
            cancellationToken);
    }

    public Task<bool> HasBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken) =>
        CallAsync(
            "head blob", digest, async (_, d) => await world.Blobs.HeadAsync(d, cancellationToken) is not null,
            cancellationToken);

    public Task PutBlobAsync(
        AttemptFence fence, string digest, long length, Func<Stream> open, CancellationToken cancellationToken) =>
        CallAsync(
            "put blob", digest, async (_, d) => await world.Blobs.PutAsync(d, open(), long.MaxValue, cancellationToken),
            cancellationToken);

    public async Task<Stream> GetBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken) =>
        await CallAsync(
            "get blob", digest, async (_, d) => await world.Blobs.OpenAsync(d, cancellationToken), cancellationToken)
        ?? throw new LinkException("no such blob") { Code = "blob.not_found" };

    public async Task<ChannelMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await DelayAsync();
            var controller = Reach();
            var message = await AnswerOfAsync(
                controller, g => g.NextMessageAsync(agent, cancellationToken), TimeSpan.FromMinutes(1),
                cancellationToken);
            await DelayAsync();
            if (!IsCut && !world.Chance(world.Faults.Loss)) return message;
        }
    }

    private async Task<TAnswer> CallAsync<TRequest, TAnswer>(
        string what, TRequest request, Func<AgentGateway, TRequest, Task<TAnswer>> call,
        CancellationToken cancellationToken)
    {
        world.Trace($"{agent.Id} → {what}");
        if (world.Chance(world.Faults.Duplicate)) _ = RepeatAsync(request, call);
        await DelayAsync();
        var controller = Reach();
        var lost = world.Chance(world.Faults.Loss);
        var answer = await AnswerOfAsync(
            controller, g => lost ? Never<TAnswer>() : call(g, request), Patience, cancellationToken);
        await DelayAsync();
        if (IsCut || !CanReach(controller) || controller.Process.IsDead || world.Chance(world.Faults.Loss))
            throw new LinkException("simulated: the answer was lost");
        world.Trace($"{agent.Id} ← {what}: {Describe(answer)}");
        world.Watch.Delivered(answer switch
        {
            ClaimResponse claim => claim.Assignments,
            FinishResponse finish => finish.Next,
            _ => [],
        });
        return answer;
    }

    private async Task RepeatAsync<TRequest, TAnswer>(
        TRequest request, Func<AgentGateway, TRequest, Task<TAnswer>> call)
    {
        await world.PassAsync(world.Chance(0.5) ? LongAfter : Usual);
        if (IsCut || world.AnyController(CanReach) is not { } controller) return;
        _ = controller.Process.RunAsync(() => call(controller.Core.Gateway, request));
    }

    /// <summary>
    /// Waits for the controller's answer, but not for ever; what a stopping or storeless controller says is an error.
    /// </summary>
    private async Task<TAnswer> AnswerOfAsync<TAnswer>(
        SimController controller, Func<AgentGateway, Task<TAnswer>> call, TimeSpan patience,
        CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ForwardAsync(controller.Process.RunAsync(() => call(controller.Core.Gateway)), answer);
        using var timer = world.Clock.CreateTimer(
            _ =>
                answer.TrySetException(new LinkException("simulated: no answer in time")), null, patience,
                Timeout.InfiniteTimeSpan);
        using (cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken))) return await answer.Task;
    }

    private static async Task ForwardAsync<TAnswer>(Task<TAnswer> from, TaskCompletionSource<TAnswer> to)
    {
        try
        {
            to.TrySetResult(await from);
        }
        catch (OperationCanceledException)
        {
            to.TrySetException(new LinkException("simulated: the controller gave up"));
        }
        catch (StoreUnavailableException unavailable)
        {
            to.TrySetException(new LinkException("simulated: 503", unavailable) { Code = "store.unavailable" });
        }
    }

    private SimController Reach()
    {
        if (IsCut || world.AnyController(CanReach) is not { } controller) throw new LinkException("simulated: cannot connect");
        return controller;
    }

    private bool CanReach(SimController controller) => !cutFrom.Contains(controller.Number);

    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

    private Task DelayAsync()
    {
        var most = world.Chance(world.Faults.Slow) ? world.Faults.LongDelay : Usual;
        return Task.Delay(TimeSpan.FromTicks((long)(world.Random.NextDouble() * most.Ticks)), world.Clock);
    }

    private static string Describe<T>(T result) => result switch
    {
        ClaimResponse claim => string.Join(' ', claim.Assignments.Select(a => a.Fence)),
        RenewResponse renew => string.Join(' ', renew.Answers.Select(a => a.Verdict)),
        FinishResponse finish => $"{finish.Verdict} {string.Join(' ', finish.Next.Select(a => a.Fence))}",
        _ => result?.ToString() ?? "",
    };

    private static T Copy<T>(T value, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(value, type), type)!;
}
