using MirroredInfluence.Engine;

namespace MirroredInfluence.Grains;

/// <summary>
/// The lanes of a silo. A free lane asks for a shard of the run whose turn it is; the other runs of the same scan that still need that shard have it scored in the same
/// pass over its rows (cooperative scans). So a run that comes while another scans the same data joins the pass where it is, and what it has missed is scored
/// when its own turn comes.
/// </summary>
/// <param name="restTime">Until a run that had no shard is asked again.</param>
internal sealed class LanePool(int laneCount, TimeSpan restTime, TimeProvider time)
{
    private readonly object _lock = new();                    // lanes wait on it for runs
    private readonly LaneSchedule _schedule = new(time);
    private readonly List<Member> _members = [];              // in order of coming
    private readonly Dictionary<(ScanKey, DeviceModels), LaneScorers> _scorers = [];
    private readonly bool[] _isUp = new bool[laneCount];      // by lane

    internal int RunCount
    {
        get
        {
            lock (_lock)
                return _members.Count;
        }
    }

    /// <summary>Scores a run's shards until it has ended.</summary>
    /// <param name="stop">Cancelled before this returns: then lanes let go of the run within a mini-batch.</param>
    /// <exception cref="MirroredException">What keeps the run from going on here.</exception>
    public async Task RunAsync(LaneRun run, CancellationTokenSource stop)
    {
        var member = Join(run);
        try
        {
            await run.Ended.WaitAsync(stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await LeaveAsync(member);
        }
    }

    private Member Join(LaneRun run)
    {
        lock (_lock)
        {
            if (!_scorers.TryGetValue(run.Scan, out var scorers))
                _scorers.Add(run.Scan, scorers = new LaneScorers(run.Run, run.Models));
            var member = new Member(run, scorers);
            _members.Add(member);
            _schedule.Add(run.Turn);
            for (var lane = 0; lane < laneCount; lane++)
                Start(lane);
            Monitor.PulseAll(_lock);
            return member;
        }

        void Start(int laneIndex)
        {
            if (_isUp[laneIndex])
                return;
            _isUp[laneIndex] = true;
            new Thread(() => RunLane(laneIndex)) { IsBackground = true, Name = $"lane-{laneIndex}" }.Start();
        }
    }

    private async Task LeaveAsync(Member member)
    {
        lock (_lock)
        {
            _schedule.Remove(member.Run.Turn);
            member.IsLeaving = true;
            Leave(member);
            Monitor.PulseAll(_lock);
        }

        await member.Left;
    }

    /// <summary>Its last lane, or itself, lets go; the last run of a scan takes what lanes had for it along.</summary>
    private void Leave(Member member)
    {
        if (!member.IsLeaving || member.BusyCount > 0)
            return;
        _members.Remove(member);
        if (_members.All(other => other.Scorers != member.Scorers))
        {
            _scorers.Remove(member.Run.Scan);
            member.Scorers.Dispose();
        }

        member.HasLeft();
    }

    private void RunLane(int laneIndex)
    {
        while (Choose(laneIndex) is { } member)
        {
            try
            {
                ScoreNext(member, laneIndex);
            }
            finally
            {
                LetGo([member]);
            }
        }
    }

    /// <summary>Waits for the run whose turn it is. Null when no runs are left: then the lane ends.</summary>
    private Member? Choose(int laneIndex)
    {
        lock (_lock)
        {
            while (_members.Count > 0)
            {
                if (_schedule.Next() is { } turn)
                {
                    var member = _members.First(member => member.Run.Turn == turn);
                    member.BusyCount++;
                    return member;
                }

                Monitor.Wait(_lock, _schedule.UntilNext() ?? Timeout.InfiniteTimeSpan);
            }

            _isUp[laneIndex] = false;
            return null;
        }
    }

    private void ScoreNext(Member first, int laneIndex)
    {
        Shard? shard;
        try
        {
            shard = first.Run.Next(out var isOver);
            if (shard is null)
            {
                Rest(first, isOver ? null : restTime);
                if (isOver)
                    first.Run.End();
                return;
            }
        }
        catch (Exception exception)
        {
            Fail(first, exception);
            return;
        }

        var others = Others(first);
        try
        {
            Member[] together = [first, .. WhoTake(shard, others)];
            ScoreTogether(shard, together, laneIndex);
        }
        finally
        {
            LetGo(others);
        }
    }

    /// <summary>Other runs of the scan. A lane is busy with them until it lets go.</summary>
    private Member[] Others(Member first)
    {
        lock (_lock)
        {
            Member[] others = [.. _members.Where(member => member != first && member.Scorers == first.Scorers && !member.IsLeaving && !member.Run.Ended.IsCompleted)];
            foreach (var member in others)
                member.BusyCount++;
            return others;
        }
    }

    private Member[] WhoTake(Shard shard, Member[] members)
    {
        using var waiting = new Waiting(WaitCause.Workers);
        var answers = Task.WhenAll(members.Select(TakesAsync)).GetAwaiter().GetResult();
        return [.. members.Where((_, index) => answers[index])];

        async Task<bool> TakesAsync(Member member)
        {
            try
            {
                return await member.Run.TryTakeAsync(shard.ShardIndex);
            }
            catch (Exception exception)
            {
                Fail(member, exception);
                return false;
            }
        }
    }

    private void ScoreTogether(Shard shard, Member[] members, int laneIndex)
    {
        var since = time.GetTimestamp();
        var run = members[0].Run;
        RunScorer[] scorers = [.. members.Select(member => member.Run.ScorerOf(laneIndex))];
        GrainsTelemetry.LaneTaken();
        try
        {
            LaneScoring.Score(members[0].Scorers.Of(laneIndex), shard, run.Files, run.KnownBaseLosses, scorers, CancellationToken.None);
        }
        catch (Exception exception)
        {
            foreach (var member in members)
                Fail(member, exception);
            return;
        }
        finally
        {
            GrainsTelemetry.LaneFreed();
            lock (_lock)
                _schedule.Charge([.. members.Select(member => member.Run.Turn)], since);
        }

        for (var i = 0; i < members.Length; i++)
        {
            try
            {
                // One copy of the base losses is enough for the cache.
                members[i].Run.Take(scorers[i].Scored() with { HasNewBaseLosses = i == 0 && scorers[i].Scored().HasNewBaseLosses });
            }
            catch (Exception exception)
            {
                Fail(members[i], exception);
            }
        }
    }

    private void Rest(Member member, TimeSpan? pause)
    {
        lock (_lock)
            _schedule.Rest(member.Run.Turn, pause);
    }

    private void Fail(Member member, Exception exception)
    {
        Rest(member, null);
        member.Run.Fail(exception);
    }

    private void LetGo(Member[] members)
    {
        lock (_lock)
        {
            foreach (var member in members)
            {
                member.BusyCount--;
                Leave(member);
            }
        }
    }

    private sealed class Member(LaneRun run, LaneScorers scorers)
    {
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LaneRun Run => run;

        public LaneScorers Scorers => scorers;

        /// <summary>Lanes that are busy with it.</summary>
        public int BusyCount { get; set; }

        public bool IsLeaving { get; set; }

        public Task Left => _left.Task;

        public void HasLeft() => _left.TrySetResult();
    }
}
