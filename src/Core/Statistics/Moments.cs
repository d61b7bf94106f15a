using System.Numerics;

namespace MirroredInfluence;

/// <summary>Count, mean and deviation of one query's influence, exact until they are read: the same numbers however the rows were cut and merged.</summary>
public sealed class Moments
{
    public Moments()
        : this(0, new ExactSum(), new ExactSum())
    {
    }

    public Moments(long count, ExactSum sum, ExactSum sumOfSquares)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
        Sum = sum;
        SumOfSquares = sumOfSquares;
    }

    public long Count { get; private set; }

    public ExactSum Sum { get; }

    public ExactSum SumOfSquares { get; }

    /// <summary>Rounded once; 0 without values.</summary>
    public double Mean => Count == 0 ? 0 : ExactRounding.Quotient(Sum.ToBigInteger(), Count, ExactSum.UnitExponent);

    /// <summary>Of the population: √(E[x²] − E[x]²), computed exactly and rounded once; 0 without values.</summary>
    public double Deviation
    {
        get
        {
            if (Count == 0)
                return 0;
            var sum = Sum.ToBigInteger();
            var sumOfSquares = SumOfSquares.ToBigInteger() << -ExactSum.UnitExponent;   // in the unit of sum²
            var numerator = (Count * sumOfSquares) - (sum * sum);
            return ExactRounding.SquareRoot(numerator, BigInteger.Pow(Count, 2), 2 * ExactSum.UnitExponent);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public void Add(float value)
    {
        Sum.Add(value);
        SumOfSquares.AddSquare(value);
        Count++;
    }

    public void Merge(Moments other)
    {
        Sum.Merge(other.Sum);
        SumOfSquares.Merge(other.SumOfSquares);
        Count = checked(Count + other.Count);
    }
}
