namespace MirroredInfluence.Torch.Tests;

internal static class Ascents
{
    /// <summary>Ascends on all the rows; a cancelled test run stops it.</summary>
    public static AscentResult Ascend(this BaseModel model, AscentSpec spec, Rows rows) => model.AscendBatch(spec, rows.ToBatch(Models.Bind(model)));

    public static AscentResult AscendBatch(this BaseModel model, AscentSpec spec, AscentBatch batch) =>
        model.Ascend(spec, batch, TestContext.Current.CancellationToken);
}
