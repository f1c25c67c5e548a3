using Weir.Contracts.Statuses;
using Weir.Engine.Planning;

namespace Weir.Engine.Running;

/// <summary>Decides whether a step is tried again. Failures and losses have budgets of their own.</summary>
public static class RetryPolicy
{
    /// <summary>
    /// Attempts that an agent gave back unbegun count against no budget; their number is bounded by this.
    /// </summary>
    public const int MostAttempts = 1_000;

    /// <returns>How long to wait before the next attempt, or null when there is none.</returns>
    public static TimeSpan? Decide(RetryRule rule, StepState step, ReasonCode reason)
    {
        if (step.Attempts.Length >= MostAttempts) return null;
        return reason switch
        {
            ReasonCode.Released => TimeSpan.Zero,
            ReasonCode.Infrastructure when rule.On.Contains(RetryOn.Infrastructure)
                && step.Losses < rule.InfrastructureAttempts =>
                Backoff(TimeSpan.FromSeconds(1), rule.BackoffMax, step.Losses),
            ReasonCode.Exit or ReasonCode.Disk when rule.On.Contains(RetryOn.Exit) && step.Failures < rule.Attempts =>
                Backoff(rule.BackoffFirst, rule.BackoffMax, step.Failures),
            ReasonCode.Timeout when rule.On.Contains(RetryOn.Timeout) && step.Failures < rule.Attempts =>
                Backoff(rule.BackoffFirst, rule.BackoffMax, step.Failures),
            _ => null,
        };
    }

    private static TimeSpan Backoff(TimeSpan first, TimeSpan max, int count)
    {
        var doubled = first * Math.Pow(2, Math.Clamp(count - 1, 0, 20));
        return doubled < max ? doubled : max;
    }
}
