/** The words that no printed name may be. */

/** Keywords and reserved words, types and functions of the language, and what every module declares. */
export const reserved: ReadonlySet<string> = new Set(
  (
    'alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let ' +
    'loop override requires return struct switch true var while NULL Self abstract active alignas alignof as asm ' +
    'asm_fragment async attribute auto await become cast catch class co_await co_return co_yield coherent ' +
    'column_major common compile compile_fragment concept const_cast consteval constexpr constinit crate debugger ' +
    'decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough ' +
    'filter final finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof ' +
    'interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept ' +
    'noinline nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset ' +
    'partial pass patch pixelfragment precise precision premerge priv protected pub public readonly ref regardless ' +
    'register reinterpret_cast require resource restrict self set shared sizeof smooth snorm static static_assert ' +
    'static_cast std subroutine super target template this thread_local throw trait try type typedef typeid typename ' +
    'typeof union unless unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield ' +
    'bool i32 u32 f32 f16 vec2 vec3 vec4 mat2x2 mat3x3 mat4x4 array atomic ptr sampler texture ' +
    'abs acos acosh all any asin asinh atan atan2 atanh bitcast ceil clamp cos cosh countOneBits cross degrees ' +
    'determinant distance dot exp exp2 faceForward floor fma fract frexp inverseSqrt ldexp length log log2 max min mix ' +
    'modf normalize pow quantizeToF16 radians reflect refract reverseBits round saturate select sign sin sinh ' +
    'smoothstep sqrt step tan tanh transpose trunc workgroupBarrier storageBarrier workgroupUniformLoad ' +
    'countLeadingZeros countTrailingZeros firstLeadingBit firstTrailingBit insertBits extractBits arrayLength ' +
    'pack2x16float unpack2x16float dot4I8Packed dot4U8Packed textureBarrier atomicAdd atomicLoad atomicStore ' +
    'subgroupAdd subgroupMax subgroupMin subgroupMul subgroupAll subgroupAny subgroupShuffle subgroupBroadcast ' +
    'subgroupBroadcastFirst subgroupElect subgroupInclusiveAdd subgroupExclusiveAdd subgroupShuffleXor ' +
    'vec2f vec3f vec4f vec2i vec3i vec4i vec2u vec3u vec4u mat2x2f mat3x3f mat4x4f ' +
    'reals integers thread threads group groups workgroup workgroups point team infinity not_a_number infinity_bits ' +
    'at_run_time_f32 at_run_time_i32 at_run_time_bool'
  ).split(' '),
);
