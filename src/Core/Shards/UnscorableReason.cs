namespace MirroredInfluence;

/// <summary>Why a training row has no influence. Counted per reason; scored + unscorable = expected.</summary>
public enum UnscorableReason : byte
{
    /// <summary>Scorable.</summary>
    None = 0,

    /// <summary>A bound column is null in this row.</summary>
    Null,

    /// <summary>A bound column holds another number of elements or bytes than the declared shape needs.</summary>
    WrongLength,

    /// <summary>The base loss or an ascended loss is NaN or infinite.</summary>
    NonFiniteLoss,

    /// <summary>The record batch that holds the row could not be decoded.</summary>
    CorruptRecordBatch,

    /// <summary>The base model fails on the row: a token beyond its vocabulary, an assertion (docs/decisions/0014).</summary>
    ModelError,

    /// <summary>The row's shard killed its workers and was set aside.</summary>
    PoisonedShard,
}
