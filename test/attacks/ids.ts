/** Every case of the list of attacks, by its id. A neighbour of a case goes under that case's id; a control under the letter alone. */
export const CASE_IDS = [
  "A1", "A2", "A4", "A6", "A7", "A8", "A10", "A11",
  "B1", "B3", "B4", "B5", "B7", "B8", "B10", "B12", "B14", "B15", "B17", "B18", "B20",
  "C1", "C3", "C4", "C6", "C7", "C8", "C10", "C11", "C12",
  "D1", "D2", "D4", "D5", "D7", "D8", "D10", "D11", "D12",
  "E1", "E2", "E3", "E4", "E6", "E8", "E9", "E10", "E12", "E13", "E15",
  "F1", "F2", "F4", "F6", "F7", "F9",
  "G1", "G2", "G4", "G5", "G6", "G8", "G10",
  "H1", "H2", "H4", "H5", "H7", "H9", "H10",
  "I1", "I2", "I3", "I4", "I6", "I7", "I8", "I10", "I11", "I12",
  "J1", "J2", "J3", "J5", "J7", "J8", "J9",
  "K1", "K3", "K4", "K5", "K6", "K8",
  "L1", "L2", "L4", "L5", "L7", "L8", "L10",
  "M1", "M3", "M4", "M6", "M7", "M9", "M10",
  "N1", "N2", "N4", "N6",
  "O1", "O3", "O5",
] as const;
