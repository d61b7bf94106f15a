namespace MirroredInfluence.Grains;

/// <summary>
/// From where silos take a copy: from the store only while none has it, then each from one that has it and gives it to nobody else, so that those that have it double.
/// What is lent comes back after a while by itself: a silo that died with it holds up nobody.
/// </summary>
internal sealed class CopyBoard(TimeProvider time)
{
    private static readonly TimeSpan LoanTimeMax = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Loan?> _loans = new(StringComparer.Ordinal) { [Store] = null };   // by source

    /// <summary>Stands for the store among sources.</summary>
    public const string Store = "";

    /// <returns>A source, or null while none is free.</returns>
    public string? Take(string silo)
    {
        _loans.Remove(silo);
        Return(silo);
        var sources = _loans.Keys.Where(source => _loans.Count == 1 || source != Store);
        if (sources.FirstOrDefault(IsFree) is not { } source)
            return null;
        _loans[source] = new Loan(silo, time.GetTimestamp());
        return source;
    }

    public void Copied(string silo)
    {
        Return(silo);
        _loans.TryAdd(silo, null);
    }

    public void Failed(string source)
    {
        if (source != Store)
            _loans.Remove(source);
    }

    private bool IsFree(string source) => _loans[source] is not { } loan || time.GetElapsedTime(loan.Since) > LoanTimeMax;

    private void Return(string silo)
    {
        foreach (var source in _loans.Where(pair => pair.Value?.Silo == silo).Select(pair => pair.Key).ToArray())
            _loans[source] = null;
    }

    private sealed record Loan(string Silo, long Since);
}
