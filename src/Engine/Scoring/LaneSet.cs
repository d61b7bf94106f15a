using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>The lanes of one thread: one for each way in which files store the model's arguments, mostly one in all (docs/decisions/0015).</summary>
internal sealed class LaneSet(BaseModel model, int threads) : IDisposable
{
    private readonly List<(ArgumentLayout Layout, Lane Lane)> _lanes = [];

    public Lane Of(ArgumentLayout layout)
    {
        foreach (var (known, lane) in _lanes)
        {
            if (known.StoresAs(layout))
                return lane;
        }

        var created = model.CreateLane(layout, threads);
        _lanes.Add((layout, created));
        return created;
    }

    public void Dispose()
    {
        foreach (var (_, lane) in _lanes)
            lane.Dispose();
    }
}
