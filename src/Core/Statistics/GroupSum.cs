namespace MirroredInfluence;

/// <summary>Influence of the rows of one group on one query (§2.1: a source Dᵢ).</summary>
public sealed class GroupSum
{
    public GroupSum()
        : this(0, new ExactSum())
    {
    }

    public GroupSum(long count, ExactSum sum)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
        Sum = sum;
    }

    public long Count { get; private set; }

    public ExactSum Sum { get; }

    /// <summary>Rounded once; 0 without rows.</summary>
    public double Mean => Count == 0 ? 0 : ExactRounding.Quotient(Sum.ToBigInteger(), Count, ExactSum.UnitExponent);

    public void Add(float influence)
    {
        Sum.Add(influence);
        Count++;
    }

    public void Merge(GroupSum other)
    {
        Sum.Merge(other.Sum);
        Count = checked(Count + other.Count);
    }
}
