using System.Runtime.InteropServices;

namespace MirroredInfluence.Report;

/// <summary>Draws a row's tensor as a PNG no larger than a thumbnail.</summary>
internal static class TensorPicture
{
    private const int SideMax = 160;    // pixels of a thumbnail; larger pictures are averaged over whole blocks

    /// <summary>Most bytes that <see cref="Draw"/> makes of such a tensor.</summary>
    public static int BytesMax(PictureLayout layout)
    {
        var block = BlockOf(layout);
        var samples = (layout.Height / block) * ((layout.Width / block * layout.Channels) + 1);
        return samples + (samples / 1000) + 128;        // deflate's worst case, and the chunks around it
    }

    /// <param name="row">C-order bytes of the tensor, at any alignment.</param>
    public static byte[] Draw(PictureLayout layout, ReadOnlySpan<byte> row)
    {
        var samples = layout.Element == ElementType.UInt8 ? row : ToBytes(layout.Element, row);
        var block = BlockOf(layout);
        var (width, height, channels) = (layout.Width / block, layout.Height / block, layout.Channels);
        var (lineStep, pixelStep, channelStep) = layout.IsPlanar
            ? (layout.Width, 1, layout.Width * layout.Height)
            : (layout.Width * channels, channels, 1);
        var pixels = new byte[height * width * channels];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x, channel) = (i / channels / width * block, i / channels % width * block, i % channels);
            var sum = 0;
            for (var dy = 0; dy < block; dy++)
            {
                for (var dx = 0; dx < block; dx++)
                    sum += samples[((y + dy) * lineStep) + ((x + dx) * pixelStep) + (channel * channelStep)];
            }

            pixels[i] = (byte)((sum + (block * block / 2)) / (block * block));
        }

        return PngEncoder.Encode(pixels, width, height, channels);
    }

    private static int BlockOf(PictureLayout layout) =>
        Math.Min(Math.Min(layout.Width, layout.Height), (Math.Max(layout.Width, layout.Height) + SideMax - 1) / SideMax);

    /// <summary>0 … 1 → 0 … 255. A row with values outside is stretched between its least and its greatest.</summary>
    private static byte[] ToBytes(ElementType element, ReadOnlySpan<byte> row)
    {
        var values = new float[row.Length / element.SizeBytes()];
        for (var i = 0; i < values.Length; i++)
        {
            var value = element switch
            {
                ElementType.Float16 => (float)MemoryMarshal.Read<Half>(row[(2 * i)..]),
                ElementType.Float32 => MemoryMarshal.Read<float>(row[(4 * i)..]),
                _ => (float)MemoryMarshal.Read<double>(row[(8 * i)..]),
            };
            values[i] = float.IsFinite(value) ? value : 0;
        }

        var (low, high) = (values.Min(), values.Max());
        if (low >= 0 && high <= 1)
            (low, high) = (0, 1);
        var scale = high > low ? 255.0 / ((double)high - low) : 0;
        return [.. values.Select(value => (byte)Math.Round((value - (double)low) * scale))];
    }
}
