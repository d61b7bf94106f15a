using System.Reflection;
using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Native;

/// <summary>native/include/mirrored_torch.h, function by function.</summary>
internal static unsafe partial class NativeMethods
{
    public const int AbiVersion = 1;

    private const string Library = "mirrored_torch";

    static NativeMethods() => NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), NativeLibraryFinder.Resolve);

    [LibraryImport(Library, EntryPoint = "mirrored_runtime_describe")]
    public static partial NativeStatus RuntimeDescribe(NativeText* json, NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_runtime_measure")]
    public static partial NativeStatus RuntimeMeasure(out double gigaflops, NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_model_load", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeStatus ModelLoad(byte* bytes, long byteCount, string device, out ModelHandle model, NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_model_free")]
    public static partial void ModelFree(nint model);

    [LibraryImport(Library, EntryPoint = "mirrored_model_describe")]
    public static partial NativeStatus ModelDescribe(ModelHandle model, NativeText* json, NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_model_ascend")]
    public static partial NativeStatus ModelAscend(
        ModelHandle model,
        NativeLayout* layout,
        NativeAscent* ascent,
        nint* rowPointers,
        long rowCount,
        ulong* rowKeys,
        out WeightsHandle weights,
        out double lossBefore,
        out double lossAfter,
        NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_weights_load")]
    public static partial NativeStatus WeightsLoad(
        ModelHandle model, NativeTensor* tensors, int tensorCount, out WeightsHandle weights, NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_weights_free")]
    public static partial void WeightsFree(nint weights);

    [LibraryImport(Library, EntryPoint = "mirrored_weights_count")]
    public static partial int WeightsCount(WeightsHandle weights);

    [LibraryImport(Library, EntryPoint = "mirrored_weights_tensor_index")]
    public static partial int WeightsTensorIndex(WeightsHandle weights, int index);

    [LibraryImport(Library, EntryPoint = "mirrored_weights_read")]
    public static partial NativeStatus WeightsRead(WeightsHandle weights, int index, byte* destination, long byteCount, NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_lane_create")]
    public static partial NativeStatus LaneCreate(
        ModelHandle model, NativeLayout* layout, int threads, out LaneHandle lane, NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_lane_free")]
    public static partial void LaneFree(nint lane);

    [LibraryImport(Library, EntryPoint = "mirrored_lane_load")]
    public static partial NativeStatus LaneLoad(LaneHandle lane, nint* rowPointers, long rowCount, ulong* rowKeys, NativeText* error);

    [LibraryImport(Library, EntryPoint = "mirrored_lane_losses")]
    public static partial NativeStatus LaneLosses(
        LaneHandle lane, WeightsHandle weights, int draw, float* losses, long rowCount, NativeText* error);
}
