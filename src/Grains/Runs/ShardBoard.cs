using System.Collections;
using System.Collections.Immutable;

namespace MirroredInfluence.Grains;

/// <summary>
/// Who scores which shard of a run. A silo gets its own share first (<see cref="ShardShares"/>); those of the dead go out again, once each has been the only shard of its
/// session to be told from those that were beside it; last, what a straggler holds goes to another as well. The first commit wins, so a wrong verdict costs double work only.
/// </summary>
internal sealed class ShardBoard
{
    private const double StragglingFactor = 2;

    private readonly BitArray _done;                                       // shape [shards]: committed, or set aside
    private readonly Dictionary<int, Holding> _held = [];
    private readonly Dictionary<string, long> _heardAt = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _returned = [];                        // of sessions that left
    private readonly SortedDictionary<int, List<string>> _deaths = [];     // shard → sessions that died with it in hand
    private readonly ShardShares _shares;
    private readonly TimeProvider _time;
    private readonly TimeSpan _silence;
    private double _shardSecondsSum;
    private int _scoredCount;

    public ShardBoard(IReadOnlyList<Shard> shards, IEnumerable<int> done, TimeProvider time, TimeSpan silence)
    {
        (_done, _shares, _time, _silence, LeftCount) = (new BitArray(shards.Count), new ShardShares(shards), time, silence, shards.Count);
        foreach (var shard in done)
            MarkDone(shard);
    }

    /// <summary>Shards that are neither committed nor set aside.</summary>
    public int LeftCount { get; private set; }

    /// <summary>Of those, shards that sessions have in hand.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Sessions that have neither left nor been buried.</summary>
    public int SessionCount => _heardAt.Count;

    /// <summary>A sign of life. What the session has in hand is its own, whoever handed it out.</summary>
    public void Hear(string session, IEnumerable<int> inHand)
    {
        _heardAt[session] = _time.GetTimestamp();
        foreach (var shard in inHand)
        {
            if (!_done[shard] && !_held.ContainsKey(shard))
                Hold(shard, session);
        }
    }

    /// <returns>False when it was done before.</returns>
    public bool MarkDone(int shard)
    {
        if (_done[shard])
            return false;

        _done[shard] = true;
        LeftCount--;
        _returned.Remove(shard);
        _deaths.Remove(shard);
        if (_held.Remove(shard, out var holding))
        {
            _shardSecondsSum += _time.GetElapsedTime(holding.Since).TotalSeconds;
            _scoredCount++;
        }

        return true;
    }

    /// <summary>The next shard for a lane of a session, or null while there is none for it.</summary>
    /// <param name="wanted">This one or none, if it is nobody's and kills nobody.</param>
    public int? Take(string session, int? wanted = null)
    {
        if (_held.Any(pair => pair.Value.Session == session && _deaths.ContainsKey(pair.Key)))
            return null;   // nothing is beside a suspect
        var found = wanted is { } one ? (IsFree(one) ? one : null) : Returned() ?? _shares.Next(AddressOf(session), IsFree) ?? Straggling(session) ?? Suspect(session);
        if (found is not { } shard)
            return null;

        Hold(shard, session);
        GrainsTelemetry.HandedOut();
        return shard;
    }

    /// <summary>The shard that a session will probably be given after as many others, or null when that cannot be told.</summary>
    public int? Later(string session, int count) => _shares.Later(AddressOf(session), count) is { } shard && IsFree(shard) ? shard : null;

    /// <summary>The session ends of its own.</summary>
    public void Leave(string session) => Return(session, isDead: false, shard => _returned.Add(shard));

    /// <summary>Takes from the dead what they held.</summary>
    /// <returns>Shards that have had too many deaths, to be set aside → the sessions that died with them in hand.</returns>
    public IReadOnlyDictionary<int, IReadOnlyList<string>> Bury()
    {
        var poisoned = new Dictionary<int, IReadOnlyList<string>>();
        foreach (var session in _heardAt.Where(pair => _time.GetElapsedTime(pair.Value) > _silence).Select(pair => pair.Key).ToArray())
        {
            Return(session, isDead: true, shard => Die(shard, session, poisoned));
        }

        return poisoned;
    }

    /// <summary>What dead sessions of an earlier coordinator had in hand.</summary>
    /// <returns>As <see cref="Bury()"/>.</returns>
    public IReadOnlyDictionary<int, IReadOnlyList<string>> Bury(IEnumerable<(string Session, IEnumerable<int> InHand)> dead)
    {
        var poisoned = new Dictionary<int, IReadOnlyList<string>>();
        foreach (var (session, inHand) in dead)
        {
            foreach (var shard in inHand.Where(shard => !_heardAt.ContainsKey(session) && shard < _done.Length && !_done[shard]))
                Die(shard, session, poisoned);
        }

        return poisoned;
    }

    public ImmutableArray<int> InHandOf(string session) => [.. _held.Where(pair => pair.Value.Session == session).Select(pair => pair.Key).Order()];

    private void Die(int shard, string session, Dictionary<int, IReadOnlyList<string>> poisoned)
    {
        if (!_deaths.TryGetValue(shard, out var sessions))
            _deaths.Add(shard, sessions = []);
        sessions.Add(session);
        if (sessions.Count >= Engine.BatchWorker.DeathsMax)
            poisoned[shard] = sessions;
    }

    private bool IsFree(int shard) => !_done[shard] && !_held.ContainsKey(shard) && !_deaths.ContainsKey(shard);

    private int? Returned() => _returned.Count > 0 ? _returned.Min : null;

    private int? Straggling(string session)
    {
        if (_scoredCount == 0)
            return null;
        var patience = _silence + TimeSpan.FromSeconds(StragglingFactor * _shardSecondsSum / _scoredCount);
        var late = _held.Where(pair => pair.Value.Session != session && !_deaths.ContainsKey(pair.Key) && _time.GetElapsedTime(pair.Value.Since) > patience);
        return late.OrderBy(pair => pair.Value.Since).Select(pair => (int?)pair.Key).FirstOrDefault();
    }

    /// <summary>With nothing beside it, a death is its own.</summary>
    private int? Suspect(string session) => _held.Values.Any(holding => holding.Session == session)
        ? null
        : _deaths.Keys.Where(shard => !_held.ContainsKey(shard)).Select(shard => (int?)shard).FirstOrDefault();

    private void Hold(int shard, string session)
    {
        _returned.Remove(shard);
        _held[shard] = new Holding(session, _time.GetTimestamp());
    }

    private void Return(string session, bool isDead, Action<int> to)
    {
        _heardAt.Remove(session);
        foreach (var shard in _held.Where(pair => pair.Value.Session == session).Select(pair => pair.Key).ToArray())
        {
            _held.Remove(shard);
            GrainsTelemetry.Returned(isDead);
            to(shard);
        }
    }

    /// <summary>Of the session's silo, without the number of its life.</summary>
    private static string AddressOf(string session) => session.Split('@', '|')[0];

    private readonly record struct Holding(string Session, long Since);
}
