using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MirroredInfluence;

/// <summary>
/// The exact sum of float32 values, or of their squares: a fixed-point number of 640 bits in units of 2⁻²⁹⁸, the smallest square of a float32.
/// Adding loses nothing, so the sum depends neither on order nor on how it was merged; it is rounded once, when it is read.
/// Room: 2⁶³ squares of the largest float32 (2²⁵⁶) need 617 bits and a sign.
/// Invariant: the value is Σ limb[i] × 2³²ⁱ; a limb may hold carries and be negative until <see cref="Normalise"/> makes all but the last
/// lie in [0, 2³²). An addition changes a limb by less than 2³³, so <see cref="AddsBetweenNormalising"/> of them cannot overflow it.
/// </summary>
public sealed class ExactSum
{
    /// <summary>Bytes of <see cref="WriteTo"/>.</summary>
    public const int SizeBytes = 4 * LimbCount;

    /// <summary>The unit of <see cref="ToBigInteger"/> is 2 to this power.</summary>
    internal const int UnitExponent = -298;

    private const int LimbCount = 20;
    private const int LimbBits = 32;
    private const int AddsBetweenNormalising = 1 << 28;

    private Limbs _limbs;
    private int _addsSinceNormalised;

    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public void Add(float value)
    {
        var (mantissa, exponent, sign) = Split(value);
        var position = exponent - UnitExponent;
        var index = position / LimbBits;
        var wide = mantissa << (position % LimbBits);   // 24 + 31 bits
        _limbs[index] += Signed((uint)wide, sign);
        _limbs[index + 1] += Signed(wide >> LimbBits, sign);
        CountAdd();
    }

    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public void AddSquare(float value)
    {
        var (mantissa, exponent, _) = Split(value);
        var square = mantissa * mantissa;   // 48 bits
        var position = (2 * exponent) - UnitExponent;
        var index = position / LimbBits;
        var shift = position % LimbBits;
        var low = (square & uint.MaxValue) << shift;   // 63 bits
        var high = (square >> LimbBits) << shift;      // 47 bits
        _limbs[index] += (uint)low;
        _limbs[index + 1] += (long)((low >> LimbBits) + (uint)high);
        _limbs[index + 2] += (long)(high >> LimbBits);
        CountAdd();
    }

    public void Merge(ExactSum other)
    {
        var addend = other.Normalised();
        Normalise();
        for (var i = 0; i < LimbCount; i++)
            _limbs[i] += addend[i];
        Normalise();
    }

    /// <summary>The sum, rounded once to nearest, ties to even.</summary>
    public double ToDouble() => ExactRounding.Quotient(ToBigInteger(), BigInteger.One, UnitExponent);

    /// <summary>The sum in units of 2⁻²⁹⁸.</summary>
    public BigInteger ToBigInteger()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        WriteTo(bytes);
        return new BigInteger(bytes);
    }

    /// <summary>Two's complement, little-endian, in units of 2⁻²⁹⁸: equal sums are equal bytes.</summary>
    /// <param name="destination">Shape [<see cref="SizeBytes"/>].</param>
    public void WriteTo(Span<byte> destination)
    {
        var limbs = Normalised();
        for (var i = 0; i < LimbCount; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(4 * i)..], (uint)limbs[i]);
    }

    /// <summary>The inverse of <see cref="WriteTo"/>.</summary>
    public static ExactSum Read(ReadOnlySpan<byte> source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, SizeBytes, nameof(source));
        var sum = new ExactSum();
        for (var i = 0; i < LimbCount - 1; i++)
            sum._limbs[i] = BinaryPrimitives.ReadUInt32LittleEndian(source[(4 * i)..]);
        sum._limbs[LimbCount - 1] = BinaryPrimitives.ReadInt32LittleEndian(source[(4 * (LimbCount - 1))..]);
        return sum;
    }

    /// <summary>value = sign × mantissa × 2^exponent; the sign as 0 or −1.</summary>
    private static (ulong Mantissa, int Exponent, long Sign) Split(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var biased = (int)(bits >> 23) & 0xFF;
        if (biased == 0xFF)
            throw new ArgumentOutOfRangeException(nameof(value), value, "A sum takes finite values.");
        var mantissa = bits & 0x7F_FFFF;
        if (biased == 0)
            biased = 1;   // subnormal: no hidden bit
        else
            mantissa |= 0x80_0000;
        return (mantissa, biased - 150, (int)bits >> 31);
    }

    private static long Signed(ulong magnitude, long sign) => ((long)magnitude ^ sign) - sign;

    private void CountAdd()
    {
        if (++_addsSinceNormalised == AddsBetweenNormalising)
            Normalise();
    }

    private Limbs Normalised()
    {
        var limbs = _limbs;
        for (var i = 0; i < LimbCount - 1; i++)
        {
            limbs[i + 1] += limbs[i] >> LimbBits;   // arithmetic shift: floors, so that the rest is not negative
            limbs[i] &= uint.MaxValue;
        }

        return limbs;
    }

    private void Normalise()
    {
        _limbs = Normalised();
        _addsSinceNormalised = 0;
    }

    [InlineArray(LimbCount)]
    private struct Limbs
    {
        private long _first;
    }
}
