using System.Text.RegularExpressions;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Report.Tests;

public sealed class HtmlReportTests
{
    private const string Hostile = "</script><script>document.title='owned'</script><!--<img src=x onerror=\"document.title='owned'\">&amp;\u2028";

    [Fact]
    public void TheSameRunTwice_GivesTheSameBytes()
    {
        using var run = new SampleRun(hasGroups: true);
        Assert.Equal(File.ReadAllBytes(run.WritePage()), File.ReadAllBytes(run.WritePage()));
    }

    [Fact]
    public void Page_ReachesForNothingOutside()
    {
        using var run = new SampleRun();
        var html = new PageText(run.WritePage()).Html;
        Assert.DoesNotMatch(@"(?i)(src|href)\s*=\s*[""']?(https?:)?//", html);
        Assert.DoesNotMatch(@"(?i)@import|url\(|fetch\(|XMLHttpRequest|WebSocket|innerHTML|eval\(", html);
        Assert.Contains("default-src 'none'", html);
    }

    [Fact]
    public void HostileTexts_StayTexts()
    {
        using var run = new SampleRun(caption: _ => Hostile, name: query => $"{Hostile}{query}", report: new ReportSpec { Caption = "caption", Title = Hostile });
        var page = new PageText(run.WritePage());
        Assert.DoesNotContain("owned'</script>", page.Html);
        Assert.DoesNotContain("<img", page.Html);
        Assert.Equal(page.Blocks.Count + 1, Regex.Count(page.Html, "<script"));
        Assert.Equal(Hostile, page.Run.GetProperty("title").GetString());
        Assert.All(page.Rows("caption"), caption => Assert.Equal(Hostile, caption.GetString()));
        Assert.Equal(Hostile + "2", page.Run.GetProperty("queries")[2].GetProperty("name").GetString());
    }

    [Fact]
    public void Pictures_AreThoseOfTheRows_EachOnce()
    {
        using var run = new SampleRun(queryCount: 10, topK: 30);
        var page = new PageText(run.WritePage());
        var pictures = page.Pictures().Select(picture => Convert.ToHexString(Png.Read(picture).Samples)).ToArray();
        Assert.Equal(pictures.Length, pictures.Distinct().Count());
        Assert.All(page.Rows("id").Zip(page.Rows("picture")), row =>
            Assert.Equal(Convert.ToHexString(SampleRun.Pixels(long.Parse(row.First.GetString()!))), pictures[row.Second.GetInt32()]));
        Assert.True(page.Run.GetProperty("hasSamePictures").GetBoolean());
    }

    [Fact]
    public void EncodedPictures_ArePassedOn_AndOtherBytesAreNot()
    {
        using var run = new SampleRun(queryCount: 1, topK: 40, hasPictures: false, report: new ReportSpec());
        byte[] jpeg = [0xff, 0xd8, 0xff, .. new byte[20]];
        foreach (var file in run.Manifest.Inputs.Train)
        {
            var bytes = new BinaryColumnWriter("bytes", nullable: true);
            using var stream = File.Create(file.Uri);
            var writer = new ArrowWriter(stream, [bytes]);
            bytes.Append(jpeg);
            bytes.Append("<svg/>"u8);
            for (var row = 2; row < file.RowCount; row++)
                bytes.AppendNull();
            writer.Complete();
        }

        var page = new PageText(run.WritePage());
        Assert.Equal([jpeg], page.Pictures());
        Assert.Equal(2, page.Rows("picture").Count(picture => picture.GetInt32() == 0));
        Assert.Contains("Without pictures of test.arrow: it has none in a column 'bytes'.", page.Notes());
    }

    [Fact]
    public void OverBudget_TheFirstRanksAreKept()
    {
        using var run = new SampleRun(queryCount: 3, topK: 30);
        var rows = PageRows.Of(run.Result, run.Manifest);
        var gallery = RowGallery.Choose(run.Data, run.Manifest);
        var bytesMax = TensorPicture.BytesMax(PictureLayout.TryMake(ElementType.UInt8, [SampleRun.Height, SampleRun.Width])!);
        var budget = PictureBudget.Choose(rows, gallery, 12 * bytesMax, TestContext.Current.CancellationToken);

        var chosen = rows.Rows.Index().Where(row => budget.Has(row.Index)).Select(row => row.Item.BestRank).ToArray();
        var leftOut = rows.Rows.Index().Where(row => !budget.Has(row.Index)).Select(row => row.Item.BestRank).ToArray();
        Assert.Equal(12, chosen.Length);
        Assert.Equal(3, chosen.Count(rank => rank == 0));
        Assert.True(chosen.Max() <= leftOut.Min());
        Assert.StartsWith($"To keep this page light, pictures are complete up to rank {leftOut.Min() - 1}; {leftOut.Length} of", Assert.Single(budget.Notes));
    }

    [Fact]
    public void FilesThatAreGone_LeaveAPageThatSaysSo()
    {
        using var run = new SampleRun();
        File.Delete(run.File("train-0.arrow"));
        var page = new PageText(run.WritePage());
        Assert.Contains(page.Notes(), note => note.Contains("train-0.arrow: no such file", StringComparison.Ordinal));
        Assert.Equal(3, page.Run.GetProperty("queries").GetArrayLength());
    }

    [Theory]
    [InlineData("id", "holds no pictures")]
    [InlineData("pixels", "no column 'pixels'")]
    public void PictureColumnThatIsNone_IsRefused(string column, string reason)
    {
        using var run = new SampleRun(report: new ReportSpec { Picture = column });
        var failure = Assert.Throws<MirroredException>(run.WritePage);
        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.Contains(reason, failure.Message);
    }

    [Fact]
    public void LongCaptions_AreShortened()
    {
        using var run = new SampleRun(caption: row => row < 20 ? new string('a', 799) + "😀 and on" : "short");
        var captions = new PageText(run.WritePage()).Rows("caption").Skip(3).Select(caption => caption.GetString()).Distinct();
        Assert.Equal([new string('a', 799) + "…"], captions);
    }

    [Fact]
    public void Facts_NameTheRunAndItsFiles()
    {
        using var run = new SampleRun();
        var facts = new PageText(run.WritePage()).Run.GetProperty("facts").EnumerateArray()
            .SelectMany(section => section.GetProperty("items").EnumerateArray().Select(item => $"{section.GetProperty("title")} | {item[0]} | {item[1]}"))
            .ToArray();
        Assert.Contains($"Result | run | {run.Result.Run}", facts);
        Assert.Contains($"Model | sha256 | {new string('c', 64)}", facts);
        Assert.Contains("Arguments | image | image: uint8 [1,8,10] → float32", facts);
        Assert.Contains("Ascent | optimizer | adam", facts);
        Assert.Contains("Score | topK | 5", facts);
        Assert.Contains($"Training files | train-1.arrow, 20 rows | {20:x64}", facts);
        Assert.Contains("Unscorable rows | wrong length | 39 (train-1.arrow : 19)", facts);
        Assert.DoesNotContain(facts, fact => fact.Contains("lanes", StringComparison.OrdinalIgnoreCase));
    }
}
