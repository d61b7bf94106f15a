using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;

namespace MirroredInfluence.Report.Tests;

public sealed class TensorPictureTests
{
    [Fact]
    public void SmallPictures_KeepEverySample()
    {
        Prop.ForAll(Gen.Choose(4, 40).Two().ToArbitrary(), Gen.Elements(1, 3).ToArbitrary(), ArbMap.Default.ArbFor<int>(), (size, channels, seed) =>
        {
            var samples = Bytes(size.Item1 * size.Item2 * channels, seed);
            var layout = Layout(ElementType.UInt8, size.Item1, size.Item2, channels);
            var drawn = TensorPicture.Draw(layout, samples);
            var png = Png.Read(drawn);
            return (png.Height, png.Width, png.Channels) == (size.Item1, size.Item2, channels)
                && png.Samples.AsSpan().SequenceEqual(samples)
                && drawn.Length <= TensorPicture.BytesMax(layout);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void PlanarAndInterleaved_GiveTheSamePicture()
    {
        byte[] interleaved = Bytes(4 * 5 * 3, 1);
        byte[] planar = [.. Enumerable.Range(0, 3).SelectMany(channel => Enumerable.Range(0, 20).Select(pixel => interleaved[(pixel * 3) + channel]))];
        Assert.Equal(TensorPicture.Draw(Layout(ElementType.UInt8, 4, 5, 3), interleaved), TensorPicture.Draw(Layout(ElementType.UInt8, 3, 4, 5), planar));
    }

    [Fact]
    public void LargePictures_AreAveragedToThumbnails()
    {
        var samples = new byte[400 * 200];
        samples.AsSpan(0, 3).Fill(90);
        var png = Png.Read(TensorPicture.Draw(Layout(ElementType.UInt8, 400, 200), samples));
        Assert.Equal((133, 66), (png.Height, png.Width));
        Assert.Equal(30, png.Samples[0]);
        Assert.Equal(0, png.Samples[1]);
    }

    [Fact]
    public void Floats_From0To1_AreBytes()
    {
        float[] values = [0, 1, 0.5f, 0.25f];
        byte[] expected = [0, 255, 128, 64];
        Assert.Equal(expected, Draw(ElementType.Float32, values));
        Assert.Equal(expected, Draw(ElementType.Float16, [.. values.Select(value => (Half)value)]));
        Assert.Equal(expected, Draw(ElementType.Float64, [.. values.Select(value => (double)value)]));
    }

    [Fact]
    public void FloatsOutside0To1_AreStretched()
    {
        Assert.Equal([0, 255, 128, 128], Draw<float>(ElementType.Float32, [-2, 2, 0, float.NaN]));
        Assert.Equal([0, 0, 0, 0], Draw<float>(ElementType.Float32, [7, 7, 7, 7]));
        Assert.Equal([255, 255, 255, 0], Draw<float>(ElementType.Float32, [7, 7, 7, float.NegativeInfinity]));
    }

    [Theory]
    [InlineData(ElementType.UInt8, new[] { 28, 28 }, true)]
    [InlineData(ElementType.UInt8, new[] { 1, 28, 28 }, true)]
    [InlineData(ElementType.UInt8, new[] { 32, 32, 3 }, true)]
    [InlineData(ElementType.Float16, new[] { 3, 64, 64 }, true)]
    [InlineData(ElementType.Float16, new[] { 4, 32, 32 }, false)]
    [InlineData(ElementType.Int64, new[] { 28, 28 }, false)]
    [InlineData(ElementType.UInt8, new[] { 784 }, false)]
    [InlineData(ElementType.UInt8, new[] { 1, 784 }, false)]
    [InlineData(ElementType.UInt8, new[] { 100_000, 100_000 }, false)]
    public void Shape_DecidesWhatIsAPicture(ElementType element, int[] shape, bool isPicture) =>
        Assert.Equal(isPicture, PictureLayout.TryMake(element, [.. shape]) is not null);

    [Theory]
    [InlineData("\u0089PNG\r\n\u001a\n0000000", true)]
    [InlineData("\u00ff\u00d8\u00ff\u00e0JFIF00000", true)]
    [InlineData("GIF89a0000000", true)]
    [InlineData("RIFF0000WEBPVP8 ", true)]
    [InlineData("RIFF0000WAVEfmt ", false)]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", false)]
    [InlineData("GIF", false)]
    public void FirstBytes_DecideWhatIsEncoded(string bytes, bool isPicture) =>
        Assert.Equal(isPicture, PictureFormat.IsPicture([.. bytes.Select(character => (byte)character)]));

    private static PictureLayout Layout(ElementType element, params ImmutableArray<int> shape) => PictureLayout.TryMake(element, shape)!;

    private static byte[] Draw<T>(ElementType element, T[] values)
        where T : unmanaged => Png.Read(TensorPicture.Draw(Layout(element, 2, 2), MemoryMarshal.AsBytes<T>(values))).Samples;

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new System.Random(seed).NextBytes(bytes);
        return bytes;
    }
}
