using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Native;

/// <summary>A <see cref="NativeLayout"/> with the memory its pointers need; the native side copies what it keeps.</summary>
internal sealed unsafe class LayoutMemory : IDisposable
{
    private readonly NativeLayout* _layout;

    public LayoutMemory(ArgumentLayout layout)
    {
        var sources = layout.Sources;
        var layoutBytes = sizeof(NativeLayout) + (sources.Length * sizeof(NativeArgument));
        var shapeCount = sources.Sum(source => source.RowShape.Length);
        _layout = (NativeLayout*)NativeMemory.AllocZeroed((nuint)(layoutBytes + (shapeCount * sizeof(long))));
        var arguments = (NativeArgument*)(_layout + 1);
        var shapes = (long*)((byte*)_layout + layoutBytes);
        *_layout = new NativeLayout { Arguments = arguments, ArgumentCount = sources.Length, Seed = layout.Seed };
        for (var index = 0; index < sources.Length; index++)
        {
            arguments[index] = ToNative(sources[index], shapes);
            foreach (var size in sources[index].RowShape)
                *shapes++ = size;
        }
    }

    ~LayoutMemory() => NativeMemory.Free(_layout);

    public NativeLayout* Layout => _layout;

    public void Dispose()
    {
        NativeMemory.Free(_layout);
        GC.SuppressFinalize(this);
    }

    private static NativeArgument ToNative(ArgumentSource source, long* shape)
    {
        var native = new NativeArgument
        {
            Shape = shape,
            Rank = source.RowShape.Length,
            Dtype = (int)source.ReceivedDtype,
            Scale = 1,
        };
        switch (source)
        {
            case ColumnArgument column:
                native.Source = NativeArgument.SourceColumn;
                native.StoredDtype = (int)column.StoredDtype;
                native.Scale = column.Scale;
                native.Offset = column.Offset;
                break;
            case NoiseArgument:
                native.Source = NativeArgument.SourceNoise;
                break;
            case TimestepArgument timestep:
                native.Source = NativeArgument.SourceTimestep;
                native.Timesteps = timestep.Timesteps;
                break;
        }

        return native;
    }
}
