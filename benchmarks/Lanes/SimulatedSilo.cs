using System.Collections.Concurrent;
using MirroredInfluence.Grains;

/// <summary>What the coordinator hears of a silo with lanes.</summary>
internal sealed class SimulatedSilo(string session)
{
    private readonly ConcurrentDictionary<int, bool> _inHand = [];

    public async Task RunLaneAsync(IRunGrain run, Action done, CancellationToken stop)
    {
        int[] finished = [];
        while (!stop.IsCancellationRequested)
        {
            var order = await run.ExchangeAsync(new LaneReport { Session = session, Done = finished, InHand = [.. _inHand.Keys], UnscorableRowCount = 0, WantsShard = true, IsPrepared = true });
            foreach (var shard in finished)
                done();
            if (order.IsOver)
                return;
            finished = order.ShardIndex < 0 ? [] : [order.ShardIndex];
            foreach (var shard in finished)
            {
                _inHand[shard] = true;
                _inHand.TryRemove(shard, out _);   // scored and committed in no time
            }
        }
    }
}
