namespace MirroredInfluence.Torch;

/// <summary>Element types of safetensors files ↔ PyTorch's names.</summary>
internal static class SafetensorsDtypes
{
    private static readonly (string Dtype, string Code, int Bytes)[] Known =
    [
        ("float64", "F64", 8),
        ("float32", "F32", 4),
        ("float16", "F16", 2),
        ("bfloat16", "BF16", 2),
        ("int64", "I64", 8),
        ("int32", "I32", 4),
        ("int16", "I16", 2),
        ("int8", "I8", 1),
        ("uint8", "U8", 1),
        ("bool", "BOOL", 1),
    ];

    public static string? CodeOf(string dtype) => Known.FirstOrDefault(known => known.Dtype == dtype).Code;

    public static string? DtypeOf(string code) => Known.FirstOrDefault(known => known.Code == code).Dtype;

    public static int BytesOf(string dtype) => Known.First(known => known.Dtype == dtype).Bytes;
}
