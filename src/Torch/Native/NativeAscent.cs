using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Native;

/// <summary>mirrored_ascent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeAscent
{
    public int* Trainable;
    public int TrainableCount;
    public int Maximise;
    public int Steps;
    public int Optimizer;
    public int Mode;
    public int Repeat;
    public int Threads;
    public double LearningRate;
    public double Momentum;
    public double WeightDecay;
    public long DrawCount;
    public long MiniBatchRows;
    public int PerturbedArgument;
    public int PerturbationAttempt;
    public double PerturbationRadius;
    public int* Cancelled;
}
