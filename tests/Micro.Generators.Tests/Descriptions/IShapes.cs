using Google.Protobuf.WellKnownTypes;

namespace Micro.Generators.Descriptions;

/// <summary>One endpoint for each shape of message.</summary>
[MicroContract]
public interface IShapes
{
    Task<Everything> EverythingAsync(Everything request, CancellationToken cancellationToken = default);

    Task<Scalars> ScalarsAsync(Lists request, CancellationToken cancellationToken = default);

    Task<Entity> EntityAsync(Point request, CancellationToken cancellationToken = default);

    Task<string> TextAsync(int request, CancellationToken cancellationToken = default);

    Task<byte[]> BytesAsync(byte[] request, CancellationToken cancellationToken = default);

    Task<List<Everything>> ListAsync(Dictionary<string, Point[]> request, CancellationToken cancellationToken = default);

    Task<Point?> MaybeAsync(Color? request, CancellationToken cancellationToken = default);

    Task<Box<string, Box<Point, int>>> BoxAsync(Box<int, Everything> request, CancellationToken cancellationToken = default);

    Task<Duration> ProtobufAsync(Timestamp request, CancellationToken cancellationToken = default);

    Task<KeyValuePair<int, string>> FrameworkAsync((int First, string Second) request, CancellationToken cancellationToken = default);

    Task<IReadOnlyEntity> FaceAsync(System.Globalization.CultureInfo request, CancellationToken cancellationToken = default);

    Task NothingAsync(Point request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Point> StreamAsync(Everything request, CancellationToken cancellationToken = default);

    Task<Point> CollectAsync(IAsyncEnumerable<Point> requests, CancellationToken cancellationToken = default);
}
