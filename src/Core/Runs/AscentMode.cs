namespace MirroredInfluence;

public enum AscentMode
{
    /// <summary>Every module in eval mode.</summary>
    Eval,

    /// <summary>Every module in train mode: BatchNorm uses batch statistics and its running buffers move, so θ̃ = parameters and buffers.</summary>
    Train,

    /// <summary>Only modules that directly own a trainable parameter are in train mode, so a frozen prefix stays shared.</summary>
    TrainOwners,
}
