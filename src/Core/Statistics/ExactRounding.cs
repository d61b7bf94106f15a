using System.Numerics;

namespace MirroredInfluence;

/// <summary>Exact rationals rounded once to the nearest double, ties to even. For results in double's normal range, which every statistic of float32 values is.</summary>
internal static class ExactRounding
{
    private const int WorkingBits = 64;

    /// <summary>numerator / denominator × 2^exponent.</summary>
    public static double Quotient(BigInteger numerator, BigInteger denominator, int exponent)
    {
        var magnitude = BigInteger.Abs(numerator);
        var shift = WorkingBits - BitLength(magnitude) + BitLength(denominator);
        var (quotient, isExact) = Divide(magnitude, denominator, shift);
        return numerator.Sign * Round(quotient, isExact, exponent - shift);
    }

    /// <summary>√(numerator / denominator × 2^exponent), for a numerator that is not negative.</summary>
    public static double SquareRoot(BigInteger numerator, BigInteger denominator, int exponent)
    {
        var shift = (2 * WorkingBits) - BitLength(numerator) + BitLength(denominator);
        shift += (exponent - shift) & 1;   // what is left outside the root must be an even power
        var (square, isExact) = Divide(numerator, denominator, shift);
        var root = FloorSquareRoot(square);
        return Round(root, isExact && root * root == square, (exponent - shift) / 2);
    }

    /// <summary>⌊numerator × 2^shift / denominator⌋.</summary>
    private static (BigInteger Quotient, bool IsExact) Divide(BigInteger numerator, BigInteger denominator, int shift)
    {
        var quotient = BigInteger.DivRem(
            shift > 0 ? numerator << shift : numerator, shift < 0 ? denominator << -shift : denominator, out var remainder);
        return (quotient, remainder.IsZero);
    }

    private static BigInteger FloorSquareRoot(BigInteger value)
    {
        if (value.IsZero)
            return value;
        var root = BigInteger.One << ((BitLength(value) + 1) / 2);   // not below the root, from where Newton's steps only fall
        while (true)
        {
            var next = (root + (value / root)) >> 1;
            if (next >= root)
                return root;
            root = next;
        }
    }

    private static double Round(BigInteger magnitude, bool isExact, int exponent)
    {
        var excessBits = BitLength(magnitude) - 53;
        if (excessBits <= 0)
            return Math.ScaleB((double)magnitude, exponent);
        var kept = (ulong)(magnitude >> excessBits);
        var rest = magnitude - ((BigInteger)kept << excessBits);
        var comparison = rest.CompareTo(BigInteger.One << (excessBits - 1));
        if (comparison > 0 || (comparison == 0 && (!isExact || (kept & 1) == 1)))
            kept++;
        return Math.ScaleB(kept, exponent + excessBits);
    }

    private static int BitLength(BigInteger magnitude) => (int)magnitude.GetBitLength();
}
