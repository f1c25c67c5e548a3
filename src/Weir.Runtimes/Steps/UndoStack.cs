namespace Weir.Runtimes.Steps;

/// <summary>What must be undone, last first, when something that is made in parts cannot be finished.</summary>
internal sealed class UndoStack
{
    private readonly Stack<Func<Task>> _actions = new();

    public void Add(Func<Task> action) => _actions.Push(action);

    public void Add(Action action) => _actions.Push(() =>
    {
        action();
        return Task.CompletedTask;
    });

    public async Task UndoAsync()
    {
        while (_actions.TryPop(out var action)) await action();
    }
}
