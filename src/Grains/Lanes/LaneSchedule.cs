namespace MirroredInfluence.Grains;

/// <summary>
/// Which run a free lane scores for: lanes are shared by runs in proportion to their priorities (stride scheduling, Waldspurger and Weihl 1995), so that none starves.
/// The one that has had the least lane time a unit of priority goes first, of equals the one that came first. A run that comes later, or had nothing to score
/// for a while, begins where the others are.
/// </summary>
internal sealed class LaneSchedule(TimeProvider time)
{
    private readonly List<Turn> _turns = [];   // in order of coming

    public void Add(Turn turn)
    {
        turn.Pass = LeastPass();
        _turns.Add(turn);
    }

    public void Remove(Turn turn) => _turns.Remove(turn);

    /// <summary>Whose turn it is, or null while all rest.</summary>
    public Turn? Next() => _turns.Where(turn => !IsResting(turn)).MinBy(turn => turn.Pass);

    /// <summary>Until the first of those who rest has rested, or null when nobody will.</summary>
    public TimeSpan? UntilNext()
    {
        var rests = _turns.Select(turn => turn.RestsUntil).Where(until => until is not (long.MinValue or long.MaxValue)).ToArray();
        return rests.Length == 0 ? null : TimeSpan.FromSeconds(Math.Max(0, (double)(rests.Min() - time.GetTimestamp()) / time.TimestampFrequency));
    }

    /// <summary>A run has nothing to score for a while; null: for good.</summary>
    public void Rest(Turn turn, TimeSpan? pause) =>
        turn.RestsUntil = pause is { } length ? time.GetTimestamp() + (long)(length.TotalSeconds * time.TimestampFrequency) : long.MaxValue;

    /// <summary>
    /// Runs that were scored for, together, since a moment: they had it as one run of the sum of their priorities. So they go on together, and none that was taken along
    /// in another's turn waits for it later.
    /// </summary>
    public void Charge(IReadOnlyCollection<Turn> turns, long since)
    {
        var pass = time.GetElapsedTime(since).TotalSeconds / turns.Sum(turn => turn.Priority);
        foreach (var turn in turns)
        {
            if (turn.HasRested)
                turn.Pass = Math.Max(turn.Pass, LeastPass(turn));
            turn.RestsUntil = long.MinValue;
            turn.Pass += pass;
        }
    }

    private double LeastPass(Turn? except = null) => _turns.Where(turn => turn != except && !turn.HasRested).Select(turn => turn.Pass).DefaultIfEmpty().Min();

    private bool IsResting(Turn turn) => turn.RestsUntil > time.GetTimestamp();

    internal sealed class Turn(int priority)
    {
        /// <summary>1 to 100.</summary>
        public int Priority { get; set; } = priority;

        /// <summary>Seconds of lane time / priority.</summary>
        public double Pass { get; set; }

        public long RestsUntil { get; set; } = long.MinValue;

        public bool HasRested => RestsUntil != long.MinValue;
    }
}
