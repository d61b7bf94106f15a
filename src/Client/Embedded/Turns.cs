namespace MirroredInfluence.Client.Embedded;

/// <summary>Lets so many in at once; of those that wait, the one of the highest priority first, and of equals the one that came first.</summary>
internal sealed class Turns(int atOnce)
{
    private readonly Lock _access = new();
    private readonly PriorityQueue<TaskCompletionSource, (int NegatedPriority, long Number)> _waiting = new();
    private int _freeCount = atOnce;
    private long _arrivedCount;

    /// <returns>Gives the turn back when it is disposed.</returns>
    public async Task<IDisposable> TakeAsync(int priority, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var leaving = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        lock (_access)
        {
            _waiting.Enqueue(turn, (-priority, _arrivedCount++));
            LetIn();
        }

        await turn.Task;
        return new Turn(this);
    }

    private void LetIn()
    {
        while (_freeCount > 0 && _waiting.TryDequeue(out var next, out _))
        {
            if (next.TrySetResult())   // else it was cancelled while it waited
                _freeCount--;
        }
    }

    private void GiveBack()
    {
        lock (_access)
        {
            _freeCount++;
            LetIn();
        }
    }

    private sealed class Turn(Turns turns) : IDisposable
    {
        public void Dispose() => turns.GiveBack();
    }
}
