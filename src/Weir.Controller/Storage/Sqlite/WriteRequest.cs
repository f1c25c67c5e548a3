namespace Weir.Controller.Storage.Sqlite;

/// <summary>One caller's write on its way through the writer's thread.</summary>
internal abstract class WriteRequest
{
    /// <summary>Runs inside the transaction; may run a second time when another request spoilt the first.</summary>
    public abstract void Apply(WriteStatements statements);

    /// <summary>Tells the caller: the write is durable.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception reason);
}

internal sealed class WriteRequest<T>(Func<WriteStatements, T> write) : WriteRequest
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _answer = default!;

    public Task<T> Done => _done.Task;

    public override void Apply(WriteStatements statements) => _answer = write(statements);

    public override void Complete() => _done.TrySetResult(_answer);

    public override void Fail(Exception reason) => _done.TrySetException(reason);
}
