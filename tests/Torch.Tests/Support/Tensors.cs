using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Tests;

internal static class Tensors
{
    /// <summary>What weight sets of tests are of.</summary>
    public const string Subject = "a test";

    public static byte[] Bytes(WeightSet weights)
    {
        using var stream = new MemoryStream();
        weights.Write(stream, Subject);
        return stream.ToArray();
    }

    /// <summary>Values of one tensor of a weight set, as floats.</summary>
    public static float[] Read(BaseModel model, WeightSet weights, string name)
    {
        var file = Bytes(weights);
        var header = SafetensorsHeader.Read(file, file.Length);
        var entry = header.Entries.Single(entry => entry.Name == name);
        Assert.Equal(model.Signature.Tensors.Single(tensor => tensor.Name == name).Shape, entry.Shape);
        var data = file.AsSpan()[(int)(header.DataStart + entry.ByteStart)..(int)(header.DataStart + entry.ByteEnd)];
        return entry.Dtype == "int64" ? [.. MemoryMarshal.Cast<byte, long>(data).ToArray().Select(value => (float)value)] : MemoryMarshal.Cast<byte, float>(data).ToArray();
    }
}
