using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MirroredInfluence.Grains;

/// <summary>
/// Which silo begins with which shards: stretches of neighbours in a file, by rendezvous hashing (Thaler and Ravishankar 1998) of data and silo. So runs of the same data find
/// rows and base losses in the caches of the silos that had them before, most files are read by one silo, and a silo that comes takes its own part of the others' only.
/// What a silo has left when others have nothing goes to them, from its end. Memory: 24 bytes a shard at most.
/// </summary>
internal sealed class ShardShares
{
    private const int StretchShardsMax = 16;

    private readonly int[] _starts;     // shape [stretches + 1]: first shards, and the number of all
    private readonly ulong[] _keys;     // shape [stretches]: of the data, the same in every run of them
    private readonly ulong[] _weights;  // shape [stretches]: with its silo
    private readonly Share?[] _owners;  // shape [stretches]
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);   // by the address of a silo

    public ShardShares(IReadOnlyList<Shard> shards)
    {
        Shard[] firsts = [.. Firsts(shards)];
        _starts = [.. firsts.Select(shard => shard.ShardIndex), shards.Count];
        var fileKeys = new Dictionary<string, ulong>(StringComparer.Ordinal);
        _keys = [.. firsts.Select(shard => Mix(FileKeyOf(shard) + (ulong)shard.RowStart))];
        (_weights, _owners) = (new ulong[_keys.Length], new Share?[_keys.Length]);

        ulong FileKeyOf(Shard shard) => fileKeys.TryGetValue(shard.FileDigest, out var key) ? key : fileKeys[shard.FileDigest] = KeyOf(shard.FileDigest);
    }

    /// <summary>The silo has a share from now on.</summary>
    public void Join(string silo)
    {
        var (siloKey, joining) = (KeyOf(silo), new Share());
        if (!_shares.TryAdd(silo, joining))
            return;

        foreach (var share in _shares.Values)
            share.Clear();
        for (var stretch = 0; stretch < _keys.Length; stretch++)
        {
            var weight = Mix(_keys[stretch] ^ siloKey);
            if (_owners[stretch] is null || weight > _weights[stretch])
                (_owners[stretch], _weights[stretch]) = (joining, weight);
            _owners[stretch]!.Add(_starts[stretch], _starts[stretch + 1]);
        }
    }

    /// <summary>The next shard for a silo, or null when all have been given.</summary>
    /// <param name="silo">Its address, which it has again when it is started again.</param>
    /// <param name="isFree">Whether a shard is nobody's.</param>
    public int? Next(string silo, Func<int, bool> isFree)
    {
        Join(silo);
        var shard = _shares[silo].TakeFirst(isFree);
        while (shard is null && _shares.Values.MaxBy(share => share.LeftCount) is { LeftCount: > 0 } other)
            shard = other.TakeLast(isFree);
        return shard;
    }

    /// <summary>The shard that a silo would be given after as many others, or null when it would not be one of its own.</summary>
    public int? Later(string silo, int count) => _shares.GetValueOrDefault(silo)?.Later(count);

    private static IEnumerable<Shard> Firsts(IReadOnlyList<Shard> shards)
    {
        Shard? first = null;
        foreach (var shard in shards)
        {
            if (first is null || shard.FileIndex != first.FileIndex || shard.ShardIndex == first.ShardIndex + StretchShardsMax)
                yield return first = shard;
        }
    }

    private static ulong KeyOf(string text) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood 2014): each bit of the key decides over each of the outcome.</summary>
    private static ulong Mix(ulong key)
    {
        key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9;
        key = (key ^ (key >> 27)) * 0x94D049BB133111EB;
        return key ^ (key >> 31);
    }

    private sealed class Share
    {
        private readonly List<int> _shards = [];   // in order
        private int _head;
        private int _tail;                         // exclusive

        /// <summary>At most so many are free.</summary>
        public int LeftCount => _tail - _head;

        public void Clear()
        {
            _shards.Clear();
            (_head, _tail) = (0, 0);
        }

        public void Add(int start, int end)
        {
            _shards.AddRange(Enumerable.Range(start, end - start));
            _tail = _shards.Count;
        }

        public int? TakeFirst(Func<int, bool> isFree)
        {
            while (_head < _tail)
            {
                if (_shards[_head++] is var shard && isFree(shard))
                    return shard;
            }

            return null;
        }

        public int? TakeLast(Func<int, bool> isFree)
        {
            while (_head < _tail)
            {
                if (_shards[--_tail] is var shard && isFree(shard))
                    return shard;
            }

            return null;
        }

        public int? Later(int count) => _head + count < _tail ? _shards[_head + count] : null;
    }
}
