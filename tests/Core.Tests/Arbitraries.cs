using FsCheck;
using FsCheck.Fluent;

namespace MirroredInfluence.Core.Tests;

/// <summary>Values over the whole range of what statistics take, and a checker that says which case fails.</summary>
internal static class Arbitraries
{
    /// <summary>Any finite float32: half uniform in its bits (subnormals and huge values are common), half small multiples of 1/8 (ties are common).</summary>
    public static Gen<float> Float => Gen.OneOf(
        Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle).Where(float.IsFinite),
        Gen.Choose(-20, 20).Select(eighths => eighths / 8f));

    public static Arbitrary<float[]> Floats => Float.ArrayOf().ToArbitrary();

    /// <summary>Values, and a part for each of them.</summary>
    public static Arbitrary<(float Value, int Part)[]> FloatsInParts =>
        Float.SelectMany(value => Gen.Choose(0, 3).Select(part => (value, part))).ArrayOf().ToArbitrary();

    public static void ForAll<T>(Arbitrary<T> arbitrary, Action<T> check) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(arbitrary, check));
}
