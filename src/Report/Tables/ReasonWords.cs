namespace MirroredInfluence.Report;

internal static class ReasonWords
{
    /// <summary>For people: "<c>non-finite loss</c>".</summary>
    public static string Words(this UnscorableReason reason) => reason switch
    {
        UnscorableReason.Null => "null",
        UnscorableReason.WrongLength => "wrong length",
        UnscorableReason.NonFiniteLoss => "non-finite loss",
        UnscorableReason.CorruptRecordBatch => "corrupt record batch",
        UnscorableReason.ModelError => "model error",
        UnscorableReason.PoisonedShard => "poisoned shard",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };
}
